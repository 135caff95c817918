import Foundation
import OrdersServer
import Rewind
import RewindHTTP
import RewindPostgres
import RewindSQLite

/// The orders service as a process of its own: this program once more, with the argument `serve`.
struct OrdersProcess: Sendable {
    private let ending: @Sendable () -> Void
    let url: String
    let database: OrdersServer.Database

    /// Starts it on a free port, with a SQLite file of its own unless it is given a database.
    static func start(on database: OrdersServer.Database? = nil) throws -> OrdersProcess {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
            "rewind-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let database = database ?? .sqlite(path: directory.appendingPathComponent("orders-test.sqlite").path)
        let (input, output) = (Pipe(), Pipe())
        let process = Process()
        process.executableURL = URL(
            fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        process.arguments = ["serve", text(of: database)]
        // It ends with our end of this pipe, however we end.
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let address = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        return OrdersProcess(
            ending: {
                // Not by a signal: a child started from one of Swift's shared threads inherits that all are blocked there.
                try? input.fileHandleForWriting.close()
                process.waitUntilExit()
                try? FileManager.default.removeItem(at: directory)
            }, url: address.filter { !$0.isNewline }, database: database)
    }

    /// A new connection to it, and its database.
    func world(on thread: WorkerThread = .shared) throws -> World {
        let system: any RewindableSystem =
            switch database {
            case .sqlite(let path): SQLiteSystem(path: path, thread: thread)
            case .postgres(let url): PostgresSystem(url: url, thread: thread)
            }
        return World(api: try API(baseURL: url, thread: thread), systems: [system])
    }

    func stop() { ending() }

    /// What the child process does.
    static func serve(database: String) throws {
        let server = OrdersServer(
            configuration: .init(database: try OrdersServer.Database(database), port: 0, testClock: true))
        try server.start()
        FileHandle.standardOutput.write(Data("http://127.0.0.1:\(server.port)\n".utf8))
        while !FileHandle.standardInput.availableData.isEmpty {}
        server.stop()
    }

    private static func text(of database: OrdersServer.Database) -> String {
        switch database {
        case .sqlite(let path): path
        case .postgres(let url): url
        }
    }
}
