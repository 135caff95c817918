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

    @OptionGroup var service: ServiceOptions

    @Option(
        help: ArgumentHelp(
            "Ask the provider so often about what is pending; never if left out.", valueName: "seconds"))
    var reconcileEvery: Double?

    @Option(help: ArgumentHelp("The port, 0 for any free one.", valueName: "number"))
    var port: UInt16 = 8080

    @Option(help: ArgumentHelp("A bug to run with; see rewind demo --list-bugs.", valueName: "name"))
    var bug: Bug?

    @Option(
        help: ArgumentHelp(
            """
            Handle as many requests at once; 0 for a thread for each connection. (default: 0; with a provider 4 threads that \
            connections share)
            """, valueName: "count"))
    var threads: Int?

    @Flag(help: "Let time stand still until POST /clock/advance moves it.")
    var testClock = false

    @Flag(help: "Keep all of a SQLite database in its one file between requests, for tools that copy the file; slower.")
    var copyableFile = false

    @Flag(help: "Exit when standard input ends, and not on Ctrl-C: the process that started this one decides.")
    var exitWithParent = false

    @Flag(help: .hidden) var cachingAPI = false

    func run() throws {
        let configuration = try chosenConfiguration()
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

    private func chosenConfiguration() throws -> OrdersServer.Configuration {
        let provider = try service.chosenProvider(bug: bug)
        var configuration = OrdersServer.Configuration(
            database: try service.chosenDatabase(), port: port,
            threads: threads ?? (provider == nil ? 0 : Self.providerThreads),
            bugs: bug.map { [$0] } ?? [], testClock: testClock, provider: provider)
        configuration.cachesOrdersInMemory = cachingAPI
        configuration.keepsFileCopyable = copyableFile
        configuration.reconcileAfterSeconds = service.reconcileAfter
        configuration.reconcileEverySeconds = reconcileEvery
        return configuration
    }

    /// Some wait for the provider while others take its webhooks. Without a provider each connection has a thread of its
    /// own, so that two requests at the same time really are.
    private static let providerThreads = 4

    func validate() throws {
        if let bug, bug.needsProvider, service.providerURL == nil {
            throw ValidationError("\(bug.rawValue) shows only with a provider; give --provider-url.")
        }
        if let threads, !(0...64).contains(threads) {
            throw ValidationError("--threads must be from 0 to 64; it is \(threads).")
        }
        if copyableFile, case .postgres = try? service.chosenDatabase() {
            throw ValidationError("--copyable-file is about SQLite files, and the database is PostgreSQL.")
        }
        guard let reconcileEvery else { return }
        guard service.providerURL != nil else {
            throw ValidationError("--reconcile-every needs --provider-url: without a provider nothing is ever pending.")
        }
        guard reconcileEvery > 0 else { throw ValidationError("--reconcile-every must be more than 0.") }
    }
}
