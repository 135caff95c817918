import ArgumentParser
import Foundation
import Orders
import OrdersServer

/// `rewind serve`
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the reference orders service until it is ended.",
        discussion: """
            The first line on standard output is its address. It listens on this machine only.

                rewind serve --database orders-test.sqlite --port 8080
                DATABASE_URL=postgresql://localhost/orders_test rewind serve
                curl -d '{"amount":"100.00","currency":"USD","customer_id":"c1"}' http://127.0.0.1:8080/orders
            """)

    @Option(
        help: ArgumentHelp(
            "A SQLite file, made if there is none, or the URL of a PostgreSQL database; $DATABASE_URL if left out.",
            valueName: "file-or-url"), completion: .file())
    var database: String?

    @Option(help: ArgumentHelp("The port, 0 for any free one.", valueName: "number"))
    var port: UInt16 = 8080

    @Option(help: ArgumentHelp("A bug to run with; see rewind demo --list-bugs.", valueName: "name"))
    var bug: Bug?

    @Flag(help: "Let time stand still until POST /clock/advance moves it.")
    var testClock = false

    @Flag(help: "Exit when standard input ends, and not on Ctrl-C: the process that started this one decides.")
    var exitWithParent = false

    @Flag(help: .hidden) var cachingAPI = false

    func run() throws {
        var configuration = OrdersServer.Configuration(
            database: try chosenDatabase(), port: port, bugs: bug.map { [$0] } ?? [], testClock: testClock)
        configuration.cachesOrdersInMemory = cachingAPI
        // What a parent ignores is ignored by its children too, unless they decide for themselves.
        signal(SIGINT, exitWithParent ? SIG_IGN : SIG_DFL)
        signal(SIGTERM, SIG_DFL)
        let server = OrdersServer(configuration: configuration)
        do {
            try server.start()
        } catch {
            Terminal.note(String(describing: error))
            throw ExitCode.notDecided
        }
        // Before the address is told: whoever reads it may signal at once.
        let signals = exitWithParent ? nil : EndingSignals()
        Terminal.result("http://127.0.0.1:\(server.port)\n")
        if let signals { signals.wait() } else { while !FileHandle.standardInput.availableData.isEmpty {} }
        server.stop()
    }

    /// What the option says, or else the environment, where a password is seen by fewer.
    private func chosenDatabase() throws -> OrdersServer.Database {
        let text = database ?? ProcessInfo.processInfo.environment["DATABASE_URL"] ?? ""
        guard !text.isEmpty else {
            throw ValidationError(
                "Give --database with a SQLite file or a postgresql:// URL, or set DATABASE_URL to one.")
        }
        do {
            return try OrdersServer.Database(text)
        } catch {
            throw ValidationError(error.description)
        }
    }
}
