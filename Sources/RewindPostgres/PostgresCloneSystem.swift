import PostgresDriver
import Rewind

/// A PostgreSQL database that is taken back by copies of it: one of the root, and one of each state that was reached.
///
/// For a role that may read the tables, owns the database and may create databases, but may not be given the rights that
/// ``PostgresSystem`` asks for; and for an API whose answers depend on what only a copy brings back, such as ETags made
/// of `xmin` or lists in physical order. Nothing is put into the database.
///
/// It is slow: a change costs reading all content and a copy (30–90 ms and the size of the database), a move about
/// 150 ms. Each ends the API's sessions, so the API has to open them again by itself. Sequences, large objects and all
/// else in a database comes back exactly; what is compared, and told as a change, are rows and sequences.
public actor PostgresCloneSystem: QueryableSystem {
    /// The name under which reports refer to it.
    public nonisolated let name: String
    private nonisolated let thread: WorkerThread
    private let url: String
    private let guarding: DatabaseGuard
    private let patience: Duration
    private let maximumCopies: Int
    private var exploration: CloneExploration?

    /// The thread on which all its calls run, and which they may block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Names a database. Nothing is connected before ``begin()``.
    /// - Parameters:
    ///   - url: a connection URI or `key=value` list, as libpq takes it.
    ///   - name: under which reports refer to it.
    ///   - guarding: what may be explored; by default only what is named like a test database.
    ///   - maximumCopies: how many states may be reached at most; each takes the disk space of the database.
    ///   - patience: how long a transaction that is still open when the API has answered is waited for.
    ///   - thread: where its blocking calls are made.
    public init(
        url: String, name: String = "db", guarding: DatabaseGuard = .testDatabasesOnly, maximumCopies: Int = 200,
        patience: Duration = .seconds(2), thread: WorkerThread = .shared
    ) {
        self.url = url
        self.name = name
        self.guarding = guarding
        self.maximumCopies = maximumCopies
        self.patience = patience
        self.thread = thread
    }

    /// Makes the current content the root, and a copy of it. A run that died midway is undone first. The API's sessions
    /// are ended.
    /// - Throws: `SystemError`: `.unreachable`, `.protected` (no test database), `.inUse`, or `.unsupported` naming the
    ///   missing rights.
    public func begin() throws {
        let original = try CopiedDatabase(url, guarding)
        exploration = try explainingFailures(of: original.place) {
            try CloneExploration(original, maximumCopies: maximumCopies, patience: patience)
        }
    }

    /// What the API changed since the last capture or apply. Cost follows the content; when something changed, that of
    /// a copy comes on top.
    /// - Throws: `SystemError` of kind `.notRewindable` when the schema changed or a transaction stays open;
    ///   `.unsupported` when there are too many states.
    public func capture() throws -> ChangeSet { try withExploration { try $0.capture() } }

    /// Moves to a state that was captured before, by making the database anew from its copy.
    /// - Throws: `SystemError` of kind `.unsupported` when no capture led there.
    public func apply(_ changes: ChangeSet) throws { try withExploration { try $0.apply(changes) } }

    /// Back to the root; the copies are gone.
    public func end() throws {
        defer { exploration = nil }
        try withExploration { try $0.end() }
    }

    /// The roles of columns: keys are identifiers, and what is declared or named as a time is one.
    public func schema() throws -> Schema { try withExploration { $0.inspection.schema(isOrdered: true) } }

    /// The fingerprint of all rows. Cost follows the content.
    public func contentFingerprint() throws -> Fingerprint { try withExploration { try $0.contentFingerprint() } }

    /// Runs a query, for looking at the content.
    /// - Throws: `SystemError` of kind `.unsupported` for a statement that is no query, `.unreachable` when PostgreSQL
    ///   refuses it.
    public func rows(_ sql: String, _ parameters: [Value]) throws -> [[Value]] {
        try withExploration { try $0.connection().rows(sql, parameters) }
    }

    /// Undoes a run that died midway.
    /// - Returns: whether there was one.
    /// - Throws: `SystemError`: `.unreachable`, or `.inUse` while the run is alive.
    public static func restore(url: String) async throws -> Bool {
        try await WorkerThread.shared.run {
            let original = try CopiedDatabase(url, .anyDatabase)
            return try explainingFailures(of: original.place) {
                try CloneExploration.undoDeadRun(original, CloneExploration.lockedServer(original))
            }
        }
    }

    private func withExploration<R>(_ body: (CloneExploration) throws -> R) throws -> R {
        guard let exploration else {
            let place = try CopiedDatabase(url, .anyDatabase).place
            throw SystemError(.unreachable, "The database \(place) is not being explored: begin() has not been called.")
        }
        return try explainingFailures(of: exploration.place) { try body(exploration) }
    }
}
