import PostgresDriver
import Rewind

/// A PostgreSQL database that another process writes to, and that Rewind takes back.
///
/// While it explores, the database holds a schema `rewind` with a log, filled by triggers on every table: they see what
/// any session commits, so the API needs no change. Ending takes all of it out again. PostgreSQL 15 or later; the
/// connection must lead to the server itself, not to a pooler that shares sessions.
///
/// ```swift
/// let world = World(systems: [PostgresSystem(url: "postgresql://localhost/shop_test")])
/// ```
///
/// What is taken back, what is noticed and what is not is a table in `docs/decisions/0006-how-postgresql-is-rewound.md`.
public actor PostgresSystem: QueryableSystem {
    /// The name under which reports refer to it.
    public nonisolated let name: String
    private nonisolated let url: String
    private nonisolated let thread: WorkerThread
    private let guarding: DatabaseGuard
    private let scope: Recording.Scope
    private let patience: Recording.Patience
    private var recording: Recording?
    private var reader: PostgresConnection?

    /// The thread on which all its calls run, and which they may block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Names a database. Nothing is connected before ``begin()``.
    /// - Parameters:
    ///   - url: a connection URI or `key=value` list, as libpq takes it.
    ///   - name: under which reports refer to it.
    ///   - guarding: what may be explored; by default only what is named like a test database.
    ///   - exempt: tables that are neither recorded nor taken back, and no part of the content; `schema.table` outside
    ///     of `public`.
    ///   - reading: tables whose changes are found by reading and comparing at every step, although triggers could tell
    ///     them: for tables that must not get a trigger. Cost follows their content.
    ///   - quiet: how long nothing must have been written before a request counts as done, for an API that goes on
    ///     working after it has answered. Every step takes that much longer.
    ///   - patience: how long a transaction that is still open when the API has answered is waited for.
    ///   - thread: where its blocking calls are made.
    public init(
        url: String, name: String = "db", guarding: DatabaseGuard = .testDatabasesOnly,
        exempting exempt: Set<String> = [], reading: Set<String> = [], settlingFor quiet: Duration = .zero,
        patience: Duration = .seconds(2),
        thread: WorkerThread = .shared
    ) {
        self.init(
            url: url, name: name, guarding: guarding, scope: .init(exempt: exempt, reading: reading),
            patience: Recording.Patience(quiet: quiet, atMost: patience), thread: thread)
    }

    init(
        url: String, name: String = "db", guarding: DatabaseGuard, scope: Recording.Scope,
        patience: Recording.Patience = .init(quiet: .zero, atMost: .seconds(2)), thread: WorkerThread = .shared
    ) {
        self.url = url
        self.name = name
        self.guarding = guarding
        self.scope = scope
        self.patience = patience
        self.thread = thread
    }

    /// Makes the current content the root. A run that died midway is undone first. Cost follows the content: it is
    /// read once, for its fingerprint, while writers wait.
    /// - Throws: `SystemError`: `.unreachable` (no answer, locked), `.protected` (no test database), `.inUse` (another
    ///   Rewind explores it), `.unsupported` (too old, a missing right, a table that can't be recorded), `.notRewindable`
    ///   (a dead run that can't be undone).
    public func begin() throws {
        try explainingFailures(of: try place) {
            let mover = try Self.open(url, guarding)
            let report = try Self.undoDeadRun(mover)
            guard report.problems.isEmpty else { throw Self.notUndone(report) }
            recording = try Recording(mover, of: scope, patience: patience)
        }
    }

    /// What the API changed since the last capture or apply. It writes nothing. Cost follows the changes; one round
    /// trip, another while anybody on the server has a transaction open, and waiting while the API has.
    /// - Throws: `SystemError` of kind `.notRewindable` when the schema changed, or a transaction stays open;
    ///   `.unreachable` when the database does not answer.
    public func capture() throws -> ChangeSet {
        try withRecording { try $0.capture() }
    }

    /// Moves by a difference, in one transaction and one round trip: all rows as the difference says, or none.
    /// - Throws: `SystemError` of kind `.notRewindable` when a row is not as recorded; `.unreachable` when the database
    ///   does not answer or is locked.
    public func apply(_ changes: ChangeSet) throws {
        try withRecording { try $0.apply(changes) }
    }

    /// Back to the root; Rewind's schema and triggers are gone. Cost follows the content, which is verified.
    /// - Throws: `SystemError` of kind `.notRewindable`, once all the rest is done, when something could not be brought
    ///   back.
    public func end() throws {
        defer {
            recording = nil
            reader = nil
        }
        let report = try withRecording { try $0.end() }
        if report.problems.isEmpty { return }
        throw SystemError(
            .notRewindable,
            """
            \(report.database) could not be brought back fully: \(report.problems.joined(separator: "; ")). Restore it \
            from a dump if that matters.
            """)
    }

    /// The roles of columns: keys are identifiers, and what is declared or named as a time is one.
    /// - Throws: `SystemError` of kind `.unreachable` when the exploration has not begun.
    public func schema() throws -> Schema {
        try withRecording { $0.schema }
    }

    /// The fingerprint of all rows of all tables but the exempted, read in one snapshot. Cost follows the content.
    /// - Throws: `SystemError` of kind `.notRewindable` naming what changed without being recorded; `.unreachable` when
    ///   the database can't be read.
    public func contentFingerprint() throws -> Fingerprint {
        try withRecording { try $0.contentFingerprint(try openReader()) }
    }

    /// Undoes a run that died midway, as `rewind restore URL` does. Cost follows the content, which is verified.
    /// - Returns: what was done, or that there was nothing to restore.
    /// - Throws: `SystemError`: `.unreachable`, `.unsupported`, or `.inUse` while the run is alive.
    public static func restore(url: String) async throws -> RestoreReport {
        try await WorkerThread.shared.run {
            try explainingFailures(of: DatabasePlace(try PostgresURL(url))) {
                try undoDeadRun(open(url, .anyDatabase))
            }
        }
    }

    /// What the role of a URL may do, how the database would be explored, and which grants are missing. Changes nothing.
    /// - Parameters:
    ///   - url: a connection URI or `key=value` list, as libpq takes it.
    ///   - exempt: tables that are left alone, as ``init(url:name:guarding:exempting:reading:settlingFor:patience:thread:)``
    ///     takes them.
    ///   - reading: tables that are read and compared, likewise.
    /// - Throws: `SystemError` of kind `.unreachable` when the database does not answer.
    public static func rights(
        url: String, exempting exempt: Set<String> = [], reading: Set<String> = []
    ) async throws -> Rights {
        try await WorkerThread.shared.run {
            try explainingFailures(of: DatabasePlace(try PostgresURL(url))) {
                let connection = try PostgresConnection(url: url, applicationName: Owner.applicationName)
                try chooseWay(connection)
                return try Rights(connection, Inspection(connection, exempting: exempt), reading: reading)
            }
        }
    }

    /// Runs a query, for looking at the content: a connection that can't write, beside the one that moves.
    /// - Throws: `SystemError` of kind `.unsupported` for a statement that is no query, `.unreachable` when PostgreSQL
    ///   refuses it.
    public func rows(_ sql: String, _ parameters: [Value]) throws -> [[Value]] {
        let place = try recording?.place ?? place
        return try explainingFailures(of: place) { try openReader().rows(sql, parameters) }
    }

    // MARK: Connections

    private var place: DatabasePlace {
        get throws {
            do { return DatabasePlace(try PostgresURL(url)) } catch {
                throw SystemError(.unreachable, "The database can't be found: \(error.message).")
            }
        }
    }

    /// The session that moves, once it is sure that it may.
    static func open(_ url: String, _ guarding: DatabaseGuard) throws -> PostgresConnection {
        let connection = try PostgresConnection(url: url, applicationName: Owner.applicationName)
        try guarding.check(databaseNamed: connection.database)
        guard connection.serverVersion >= 150_000 else {
            throw SystemError(
                .unsupported,
                "The server of \(DatabasePlace(connection)) is PostgreSQL \(connection.serverVersion / 10_000); Rewind needs 15."
            )
        }
        // What is set for a session that others are given, too, would switch off their triggers and foreign keys.
        guard try connection.query("SELECT pg_backend_pid()").int64(0, 0) == Int64(connection.serverProcessID) else {
            throw SystemError(
                .unsupported,
                """
                The connection to \(DatabasePlace(connection)) leads through a pooler, as PgBouncer, which may hand \
                Rewind's session on to the API. Give the address of the server itself.
                """)
        }
        try connection.execute(SessionSettings.mover)
        try Owner.takeLock(connection)
        try chooseWay(connection)
        return connection
    }

    /// The fast way where it is allowed; else the ordered one.
    static func chooseWay(_ connection: PostgresConnection) throws(PostgresError) {
        do throws(PostgresError) { try connection.execute("SET session_replication_role = replica") } catch {
            if !error.isInsufficientPrivilege { throw error }
        }
    }

    private func openReader() throws -> PostgresConnection {
        if let reader, !reader.isBroken { return reader }
        let connection = try PostgresConnection(url: url, applicationName: Owner.applicationName)
        try connection.execute(SessionSettings.reader)
        reader = connection
        return connection
    }

    private func withRecording<R>(_ body: (Recording) throws -> R) throws -> R {
        guard let recording else {
            throw SystemError(
                .unreachable, "The database \(try place) is not being explored: begin() has not been called.")
        }
        return try explainingFailures(of: recording.place) { try body(recording) }
    }

    private static func undoDeadRun(_ mover: PostgresConnection) throws -> RestoreReport {
        let isThere = try mover.query("SELECT to_regnamespace('rewind') IS NOT NULL").bool(0, 0)
        guard isThere else { return RestoreReport(mover) }
        guard try Installation.exists(mover) else {
            throw SystemError(
                .unsupported,
                """
                The database \(DatabasePlace(mover)) has a schema “rewind” that is not Rewind's. Rewind keeps its log in a \
                schema of that name; rename yours in the test database.
                """)
        }
        // Without them, foreign keys and triggers of the API's would act on what is put back.
        let rights = try Rights(mover, try Inspection.ofDeadRun(mover))
        guard rights.suffice else { throw SystemError(.unsupported, rights.refusal) }
        return try Restoration.undo(mover)
    }

    private static func notUndone(_ report: RestoreReport) -> SystemError {
        SystemError(
            .notRewindable,
            """
            An earlier exploration of \(report.database) died, and could not be undone fully: \
            \(report.problems.joined(separator: "; ")). Nothing of Rewind is left in it. Look it over, or restore it from \
            a dump, then start again.
            """)
    }
}
