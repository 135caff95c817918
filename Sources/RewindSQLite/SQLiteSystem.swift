import Rewind
import SQLiteDriver

/// A SQLite database that another process writes to, and that Rewind takes back.
///
/// While it explores, the file holds an undo log of Rewind's, filled by triggers on every table: they see what any
/// connection of any process commits, so the API needs no change. Ending takes them out again. Write-ahead logging and
/// the rollback journal both work, with the API's connections open.
///
/// ```swift
/// let world = World(systems: [SQLiteSystem(path: "test.db")])
/// ```
///
/// What it can't rewind, and says so when it happens: changes of the schema, and writes by connections that have
/// triggers switched off. What it can't see is listed in `docs/decisions/0003-how-sqlite-is-rewound.md`.
public actor SQLiteSystem: QueryableSystem {
    /// The name under which reports refer to it.
    public nonisolated let name: String
    /// The database file.
    public nonisolated let path: String
    private nonisolated let thread: WorkerThread
    private let guarding: DatabaseGuard
    private let exempt: Set<String>
    private let only: Set<String>?
    private var recording: Recording?
    private var reader: SQLiteConnection?

    /// The thread on which all its calls run, and which they may block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Names a database. Nothing is opened before ``begin()``.
    /// - Parameters:
    ///   - name: under which reports refer to it.
    ///   - guarding: what may be explored; by default only what looks like a test database.
    ///   - exempt: tables that are neither recorded nor taken back, and no part of the content.
    ///   - thread: where its blocking calls are made.
    public init(
        path: String, name: String = "db", guarding: DatabaseGuard = .testDatabasesOnly,
        exempting exempt: Set<String> = [], thread: WorkerThread = .shared
    ) {
        self.init(path: path, name: name, guarding: guarding, exempting: exempt, only: nil, thread: thread)
    }

    /// - Parameter only: the tables that are recorded, if not all.
    init(
        path: String, name: String = "db", guarding: DatabaseGuard, exempting exempt: Set<String> = [],
        only: Set<String>?, thread: WorkerThread = .shared
    ) {
        self.path = path
        self.name = name
        self.guarding = guarding
        self.exempt = exempt
        self.only = only
        self.thread = thread
    }

    /// Makes the current content the root. A run that died midway is undone first. Cost follows the content: it is
    /// read once, for its fingerprint.
    /// - Throws: `SystemError`: `.unreachable` (missing, read-only, locked), `.protected` (no test database), `.inUse`
    ///   (a live process explores it), `.unsupported` (no database, or a table that can't be recorded),
    ///   `.notRewindable` (a dead run that can't be undone).
    public func begin() throws {
        try checkAccess(path)
        try guarding.check(path)
        recording = try explainingFailures(of: path) {
            let connection = try Recording.open(path)
            let report = try Self.undoDeadRun(path: path, connection)
            guard report.problems.isEmpty else { throw Self.notUndone(report) }
            return try Recording(path: path, exempting: exempt, only: only, connection)
        }
    }

    /// What the API changed since the last capture or apply. It writes nothing. Cost follows the changes; when nothing
    /// was committed, one probe of a few microseconds.
    /// - Throws: `SystemError` of kind `.notRewindable` when the schema changed, or content without an entry in the log;
    ///   `.unreachable` when the database is locked.
    public func capture() throws -> ChangeSet {
        try withRecording { try $0.capture() }
    }

    /// Moves by a difference, in one transaction: all rows as the difference says, or none.
    /// - Throws: `SystemError` of kind `.notRewindable` when a row is not as recorded; `.unreachable` when the database
    ///   is locked.
    public func apply(_ changes: ChangeSet) throws {
        try withRecording { try $0.apply(changes) }
    }

    /// Back to the root; Rewind's tables and triggers are gone. Cost follows the content, which is verified.
    /// - Throws: `SystemError` of kind `.notRewindable`, once all the rest is done, when something could not be brought
    ///   back.
    public func end() throws {
        defer {
            recording = nil
            reader = nil
        }
        try withRecording { try $0.end() }
    }

    /// The roles of columns: keys are identifiers, and what is declared or named as a time is one. Cost follows the schema.
    /// - Throws: `SystemError` of kind `.unreachable` when the database can't be read.
    public func schema() throws -> Schema {
        try withRecording { try $0.schema() }
    }

    /// The fingerprint of all rows of all tables but the exempted, read in one snapshot. Cost follows the content.
    /// - Throws: `SystemError` of kind `.unreachable` when the database can't be read.
    public func contentFingerprint() throws -> Fingerprint {
        try withRecording { try $0.contentFingerprint() }
    }

    /// Undoes a run that died midway, as `rewind restore FILE` does. Cost follows the content, which is verified.
    /// - Returns: what was done, or that there was nothing to restore.
    /// - Throws: `SystemError`: `.unreachable`, `.unsupported`, or `.inUse` while the run is alive.
    public static func restore(path: String) async throws -> RestoreReport {
        try await WorkerThread.shared.run {
            try checkAccess(path)
            return try explainingFailures(of: path) { try undoDeadRun(path: path, Recording.open(path)) }
        }
    }

    /// Runs a query, for looking at the content: a connection that can't write, beside the one that moves.
    /// - Throws: `SystemError` of kind `.unsupported` for a statement that is no query, `.unreachable` when SQLite
    ///   refuses it.
    public func rows(_ sql: String, _ parameters: [Value]) throws -> [[Value]] {
        try explainingFailures(of: path) {
            let connection = try reader ?? SQLiteConnection(path: path, flags: .readOnly)
            reader = connection
            let query = try connection.statement(sql)
            guard query.isReadOnly, query.columnCount > 0 else {
                throw SystemError(.unsupported, "Only queries can be asked of the database, and this is none: \(sql)")
            }
            defer { query.reset() }
            for (number, parameter) in parameters.enumerated() {
                // SQLite takes `$1` for a name, and numbers names as they come.
                let index = query.parameterIndex(named: "$\(number + 1)") ?? number + 1
                try Row([parameter]).bind(to: query, from: index)
            }
            var rows: [[Value]] = []
            while try query.step() { rows.append(Row(query, 0..<query.columnCount).cells) }
            return rows
        }
    }

    private func withRecording<R>(_ body: (Recording) throws -> R) throws -> R {
        guard let recording else {
            throw SystemError(.unreachable, "The database \(path) is not being explored: begin() has not been called.")
        }
        return try explainingFailures(of: path) { try body(recording) }
    }

    private static func undoDeadRun(path: String, _ connection: SQLiteConnection) throws -> RestoreReport {
        try connection.transaction(.immediate) {
            guard let owner = try Owner.read(connection) else { return RestoreReport(path: path) }
            if owner.isAlive { throw SystemError.inUse(path, by: owner) }
            var report = try Restoration.undo(path: path, connection)
            report.processID = Int64(owner.processID)
            return report
        }
    }

    private static func notUndone(_ report: RestoreReport) -> SystemError {
        SystemError(
            .notRewindable,
            """
            An earlier exploration of \(report.database) died, and could not be undone fully: \
            \(report.problems.joined(separator: "; ")). Nothing of Rewind is left in it. Look it over, or restore it \
            from a copy, then start again.
            """)
    }
}
