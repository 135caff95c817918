import Foundation
import Orders
import Payments
import Rewind
import RewindHTTP

/// The reference service, once for each worker: each a process of its own with a copy of one database.
actor ServiceTeam {
    private let arguments: [String]
    private let databases: CopiedDatabases
    private var services: [ServerProcess] = []

    /// How many copies are kept for workers whose service dies.
    private static let spares = 2

    /// Makes the databases, and starts nothing yet.
    init(of count: Int, arguments: [String], database: DatabaseUnderTest) async throws {
        self.arguments = arguments
        if count > 1 {
            // The service makes its tables when it first starts; the copies are of what it made.
            try Self.start(arguments, on: database).stop()
        }
        databases = try await CopiedDatabases(
            of: database, count: count > 1 ? count - 1 + Self.spares : 0)
    }

    /// A service that was just started, and its database.
    func world(_ number: Int, on thread: WorkerThread) throws -> World {
        guard let database = databases.next() else {
            throw NoSpareDatabase(number: number)
        }
        let service = try Self.start(arguments, on: database)
        services.append(service)
        return World(api: try API(baseURL: service.url, thread: thread), systems: [database.system(on: thread)])
    }

    private struct NoSpareDatabase: Error, CustomStringConvertible {
        let number: Int
        var description: String { "No copy of the database is left for worker \(number)." }
    }

    /// Ends all services and removes the copies.
    func stop() async {
        for service in services { service.stop() }
        await databases.remove()
    }

    /// How a service that ended by itself ended, and the end of each log.
    func notes() -> [String] {
        services.flatMap { service in
            let status = service.exitDescription.map { "The service \($0)." }
            let tail = service.logTail
            return [status, tail.isEmpty ? nil : "The end of its log:\n\(tail)"].compactMap { $0 }
        }
    }

    private static func start(_ arguments: [String], on database: DatabaseUnderTest) throws -> ServerProcess {
        try ServerProcess.start(
            arguments: arguments, environment: ["DATABASE_URL": database.forService],
            log: database.directory.appendingPathComponent("log"))
    }
}
