import PostgresDriver
import Rewind

/// An exploration by copies under way.
///
/// The root's copy is there before anything else happens and goes last, so whoever finds it knows that a run died and
/// what the database was.
final class CloneExploration {
    let inspection: Inspection
    private let original: CopiedDatabase
    var place: DatabasePlace { original.place }
    /// A session beside the database, which holds the lock.
    private let server: PostgresConnection
    private let maximumCopies: Int
    private let patience: Duration
    private let definitions: Definitions
    private var content: ReadingSensor
    private var standings: SequenceStandings
    private var copyCounts = CopyCounts()
    private var reader: PostgresConnection?

    /// Where the database is, seen from the root.
    private var position = ChangeSet.empty
    /// The copies of states, by where they are.
    private var copies: [Place: String] = [:]

    /// A difference from the root, whatever the way.
    private struct Place: Hashable {
        let rows: Set<RowChange>
        let counters: Set<RowChange>

        init(_ position: ChangeSet) {
            rows = Set(position.rows)
            counters = Set(position.counters)
        }
    }

    init(_ original: CopiedDatabase, maximumCopies: Int, patience: Duration) throws {
        self.original = original
        self.maximumCopies = maximumCopies
        self.patience = patience
        server = try Self.lockedServer(original)
        _ = try Self.undoDeadRun(original, server)
        try Self.copyAlone(original, from: original.name, to: Self.rootName(original), server)
        let connection = try Self.open(original)
        // No row is put in again by its text, so the usual one of XML will do for telling changes.
        inspection = try Inspection(connection).readingAll
        definitions = try Definitions(connection)
        content = try ReadingSensor(inspection.tables, connection, chosen: Set(inspection.tables.map(\.name)))
        standings = try SequenceStandings(inspection.sequences, connection)
        copies[Place(.empty)] = Self.rootName(original)
        reader = connection
    }

    // MARK: Looking

    func connection() throws -> PostgresConnection {
        if let reader, !reader.isBroken { return reader }
        let connection = try Self.open(original)
        reader = connection
        return connection
    }

    func capture() throws -> ChangeSet {
        let connection = try connection()
        try OpenTransactions.waitForEnd(atMost: patience, connection, place)
        guard try Definitions(connection) == definitions else {
            throw SystemError.definitionsChanged("a table or view is another", place)
        }
        let rows = try connection.transaction(Content.beginReading) { try content.changes(&copyCounts, connection) }
        let moved = standings.follow(try SequenceStandings(inspection.sequences, connection), inspection.sequences)
        let changes = ChangeSet(squashing: rows, counters: moved)
        if changes.isEmpty { return .empty }
        position = position.then(changes)
        try keepCopy()
        return changes
    }

    func contentFingerprint() throws -> Fingerprint {
        let connection = try connection()
        return try connection.transaction(Content.beginReading) {
            try Content.fingerprints(inspection.tables, connection).reduce(.zero, +)
        }
    }

    // MARK: Moving

    private func keepCopy() throws {
        let place = Place(position)
        if copies[place] != nil { return }
        guard copies.count <= maximumCopies else {
            throw SystemError(
                .unsupported,
                """
                More than \(maximumCopies) states of \(place) were reached, and each takes a copy of it. Limit the \
                exploration, allow more with maximumCopies:, or explore with PostgresSystem, which needs none.
                """)
        }
        let name = "\(original.prefix)state_\(copies.count)"
        reader = nil
        try Self.copyAlone(original, from: original.name, to: name, server)
        copies[place] = name
    }

    func apply(_ changes: ChangeSet) throws {
        let target = position.then(changes)
        guard let copy = copies[Place(target)] else {
            throw SystemError(.unsupported, "No capture led to the state of \(place) that is to be gone to.")
        }
        reader = nil
        try Self.replace(original, by: copy, server)
        let connection = try connection()
        position = target
        content.follow(changes, numbers: inspection.numbers)
        copyCounts.follow(changes, tables: inspection.tables, numbers: inspection.numbers)
        standings = try SequenceStandings(inspection.sequences, connection)
    }

    func end() throws {
        reader = nil
        _ = try Self.undoDeadRun(original, server)
    }

    // MARK: Databases

    /// A session that no other exploration of the database can have at the same time.
    static func lockedServer(_ original: CopiedDatabase) throws -> PostgresConnection {
        let server = try original.connectBeside()
        try server.execute(SessionSettings.mover)
        let lockKey = "\(Owner.lockKeyClass), hashtext(\(literal("clone " + original.name)))"
        if try server.takesLock(lockKey) { return server }
        throw SystemError(
            .inUse,
            """
            The database \(original.place) is being explored by copies, by a process that is still running. Wait for it, stop \
            it, or explore a copy.
            """)
    }

    /// Makes the database what the root's copy is, if there is one, and removes all copies.
    static func undoDeadRun(_ original: CopiedDatabase, _ server: PostgresConnection) throws -> Bool {
        let names = try original.existingCopies(named: "root|state_\\d+", server).filter(\.isOurs).map(\.name)
        let isLeft = names.contains(rootName(original))
        if isLeft { try replace(original, by: rootName(original), server) }
        // The root's copy last: while it is there, whoever comes knows what to do.
        for name in names where name != rootName(original) { try original.drop(name, server) }
        if isLeft { try original.drop(rootName(original), server) }
        return isLeft
    }

    private static func rootName(_ original: CopiedDatabase) -> String { original.prefix + "root" }

    private static func open(_ original: CopiedDatabase) throws(PostgresError) -> PostgresConnection {
        let connection = try original.connect(to: original.name)
        try connection.execute(SessionSettings.reader)
        return connection
    }

    /// Copies while nobody is connected. Who comes back in between is sent away again.
    private static func copyAlone(
        _ original: CopiedDatabase, from source: String, to copy: String, _ server: PostgresConnection
    ) throws {
        for attempt in 1...5 {
            _ = try server.query(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", [source])
            do {
                return try original.copy(from: source, to: copy, server)
            } catch let error as SystemError where error.kind == .inUse && attempt < 5 {
                continue
            }
        }
    }

    private static func replace(
        _ original: CopiedDatabase, by copy: String, _ server: PostgresConnection
    ) throws {
        try original.drop(original.name, server)
        try copyAlone(original, from: copy, to: original.name, server)
    }
}

extension Inspection {
    /// The same with all tables read and compared.
    fileprivate var readingAll: Inspection {
        var copy = self
        for index in copy.tables.indices {
            copy.tables[index].sensor = .reading
            copy.tables[index].spellsXMLInFull = false
        }
        return copy
    }
}
