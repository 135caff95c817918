import Foundation
import OrdersServer
import Rewind
import RewindHTTP
import RewindSQLite

/// The orders service as a process of its own: this program once more, with the argument `serve`.
struct OrdersProcess {
    private let process: Process
    private let input: Pipe
    private let directory: URL
    private let url: String

    private var databasePath: String { OrdersProcess.databasePath(in: directory) }

    /// Starts it on a free port, with a database of its own.
    static func start() throws -> OrdersProcess {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
            "rewind-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let (input, output) = (Pipe(), Pipe())
        let process = Process()
        process.executableURL = URL(
            fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        process.arguments = ["serve", databasePath(in: directory)]
        // It ends with our end of this pipe, however we end.
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let address = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        return OrdersProcess(
            process: process, input: input, directory: directory, url: address.filter { !$0.isNewline })
    }

    /// A new connection to it, and its database.
    func world() throws -> World {
        World(api: try API(baseURL: url), systems: [SQLiteSystem(path: databasePath)])
    }

    /// Not by a signal: a child started from one of Swift's shared threads inherits that all signals are blocked there.
    func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: directory)
    }

    /// What the child process does.
    static func serve(databasePath: String) throws {
        let server = OrdersServer(configuration: .init(database: .sqlite(path: databasePath), port: 0, testClock: true))
        try server.start()
        FileHandle.standardOutput.write(Data("http://127.0.0.1:\(server.port)\n".utf8))
        while !FileHandle.standardInput.availableData.isEmpty {}
        server.stop()
    }

    private static func databasePath(in directory: URL) -> String {
        directory.appendingPathComponent("orders-test.sqlite").path
    }
}
