import PostgresDriver
import Rewind

/// Copies of a database, one for each worker that explores at the same time.
///
/// Each is a `CREATE DATABASE … TEMPLATE` with the original's owner, settings and grants. While the value lives it keeps
/// a session open to each, so that another run can tell copies in use from those that a dead run left, and removes the
/// latter.
///
/// ```swift
/// let copies = try await DatabaseCopies.make(of: "postgresql://localhost/shop_test", count: 4)
/// for url in copies.urls { /* start an API on it, and explore */ }
/// try await copies.remove()
/// ```
public actor DatabaseCopies {
    /// Where each copy is: the original's URL, with another name in it.
    public nonisolated let urls: [String]
    private nonisolated let names: [String]
    private nonisolated let original: CopiedDatabase
    /// One for each copy. Ended by the server when the process dies.
    private var sessions: [PostgresConnection]

    /// The thread on which all its calls run, and which they may block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { WorkerThread.shared.asUnownedSerialExecutor() }

    /// Copies a database. Cost follows the size of its files: 30 to 90 ms each for a small one.
    ///
    /// Copies of the same database that dead runs left are removed first.
    /// - Parameters:
    ///   - url: a connection URI or `key=value` list, as libpq takes it. Nobody may be connected to that database; who
    ///     is about to leave is waited for, up to 5 s.
    ///   - count: how many.
    ///   - guarding: what may be copied; by default only what is named like a test database.
    /// - Throws: `SystemError`: `.inUse` naming the sessions that use the database, `.protected` (no test database),
    ///   `.unsupported` naming the missing right, `.unreachable`. No copy is left then.
    public static func make(
        of url: String, count: Int, guarding: DatabaseGuard = .testDatabasesOnly
    ) async throws -> DatabaseCopies {
        try await WorkerThread.shared.run {
            let original = try CopiedDatabase(url, guarding)
            return try explainingFailures(of: original.place) { try make(of: original, count: count) }
        }
    }

    /// Under a lock, so that nobody takes a copy that was just made for one that a dead run left.
    private static func make(of original: CopiedDatabase, count: Int) throws -> DatabaseCopies {
        let server = try original.connectBeside()
        try server.execute(SessionSettings.mover)
        try server.execute("SET lock_timeout = 0")
        try original.lock(server)
        try original.removeLeftovers(server)
        var names: [String] = []
        var sessions: [PostgresConnection] = []
        do {
            for name in try original.freeNames(count, server) {
                try original.copy(to: name, server)
                names.append(name)
                let session = try original.connect(to: name)
                try session.execute("SET idle_session_timeout = 0")
                sessions.append(session)
            }
        } catch {
            sessions = []
            for name in names { try? original.drop(name, server) }
            throw error
        }
        return DatabaseCopies(original, names, sessions)
    }

    private init(_ original: CopiedDatabase, _ names: [String], _ sessions: sending [PostgresConnection]) {
        self.original = original
        self.names = names
        self.sessions = sessions
        urls = names.map(original.url(ofCopy:))
    }

    /// Drops the copies, and ends the sessions that are connected to them.
    /// - Throws: `SystemError` of kind `.unreachable` when the server does not answer. The next run's ``make(of:count:guarding:)``
    ///   removes what is left.
    public func remove() throws {
        sessions = []
        try explainingFailures(of: original.place) {
            let server = try original.connectBeside()
            for name in names { try original.drop(name, server) }
        }
    }
}
