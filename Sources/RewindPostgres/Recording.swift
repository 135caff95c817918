import PostgresDriver
import Rewind

/// An exploration of a database under way: where its content is, and how to go elsewhere.
///
/// At every instant *content = root + position + log*, in the database. In memory, ``position`` mirrors
/// `rewind.position`, and ``pending`` holds what of the log has been captured; a move joins the two and empties the log.
final class Recording {
    let place: DatabasePlace
    let inspection: Inspection
    /// The session that moves, and that holds the lock which says that someone explores.
    let mover: PostgresConnection
    private let patience: Patience
    private let numbers: [String: Int]
    private let canWatchDefinitions: Bool
    private let statements: Statements
    private let tableStatements: TableStatements
    /// How columns are to be read.
    var schema: Schema { inspection.schema(isOrdered: ordered != nil) }
    /// `nil` when the session can have triggers and foreign keys switched off.
    private let ordered: OrderedWay?
    private var definitions: Definitions
    private var unrewindable: UnrewindableState

    private var position = StoredPosition()
    private var pending: [ChangeSet] = []
    private var copies = CopyCounts()
    private var fingerprints: [Fingerprint]
    private var counters: Counters
    private var reading: ReadingSensor
    /// All entries up to this one are captured; whatever is written from now on gets a higher number.
    private var floor: Int64 = 0
    /// Whether the log holds captured entries, be it of updates that changed nothing.
    private var holdsEntries = false
    /// What the server had seen when the log was last read to its end; `nil` when that is not known.
    private var snapshot: Snapshot?
    private var movesSinceVacuum = 0

    /// Which tables are recorded.
    struct Scope: Sendable {
        /// Names of tables that are left alone.
        var exempt: Set<String> = []
        /// Names of tables that are read although triggers could be made.
        var reading: Set<String> = []
        /// The only ones, if not all; then no sequences are.
        var only: Set<String>?
    }

    /// How long the API is given to come to rest.
    struct Patience: Sendable {
        /// How long the log must have been quiet before a capture believes it.
        let quiet: Duration
        /// How long open transactions, and a log that is never quiet, are waited for.
        let atMost: Duration
    }

    /// Installs the recording. Cost follows the content: it is read once.
    init(_ mover: PostgresConnection, of scope: Scope, patience: Patience) throws {
        self.mover = mover
        self.patience = patience
        place = DatabasePlace(mover)
        let root = try mover.transaction { try Root(mover, of: scope) }
        inspection = root.inspection
        canWatchDefinitions = root.rights.isSuperuser
        fingerprints = root.fingerprints
        reading = root.reading
        ordered = try OrderedWay.isNeeded(mover) ? OrderedWay(mover, root.inspection.tables) : nil
        definitions = root.definitions
        unrewindable = try UnrewindableState(mover)
        counters = Counters(root.inspection.sequences, root.standings)
        numbers = root.inspection.numbers
        try mover.execute(SessionSettings.plansOfMoves)
        statements = try Statements(mover)
        tableStatements = TableStatements(mover)
    }

    /// Installs the recording in a transaction that is rolled back, for seeing whether it can be.
    /// - Returns: how many tables would be recorded.
    static func rehearse(_ mover: PostgresConnection, of scope: Scope) throws -> Int {
        var count = 0
        do {
            try mover.transaction {
                count = try Root(mover, of: scope).inspection.tables.count
                throw Rehearsed()
            }
        } catch is Rehearsed {}
        return count
    }

    /// Has a transaction rolled back that went well.
    private struct Rehearsed: Error {}

    // MARK: Capturing

    /// What changed since the last capture or apply. One round trip, more while the API has not come to rest.
    func capture() throws -> ChangeSet {
        // A transaction under way leaves nothing to see in tables that are read.
        if reading.isNeeded { try OpenTransactions.waitForEnd(atMost: patience.atMost, mover, place) }
        var look = try lookOnceTransactionsEnded(look())
        if patience.quiet > .zero { look = try lookOnceQuiet(look) }
        guard look.definitions.isEmpty else {
            throw SystemError.definitionsChanged(look.definitions.joined(separator: "; "), place)
        }
        let rows = look.entries.flatMap { $0.changes(of: inspection.tables[$0.table], &copies) }
        let aTransactionEnded = look.snapshot != snapshot
        let moved = try counters.follow(look.sequenceProbes, aTransactionEnded: aTransactionEnded, mover)
        let compared = try reading.isNeeded && aTransactionEnded ? reading.changes(&copies, mover) : []
        floor = look.last ?? floor
        if !look.isEmpty { holdsEntries = true }
        snapshot = look.snapshot
        let changes = ChangeSet(squashing: chained(rows) + compared, counters: moved)
        if changes.isEmpty { return .empty }
        follow(changes)
        pending.append(changes)
        return changes
    }

    /// The log and the sequences. One round trip, and another when some transaction is under way: it may be anybody's.
    private func look() throws(PostgresError) -> Look {
        let probes = try counters.probes(since: snapshot, mover)
        var results = try mover.pipelined([[logCall] + probes])
        var log = LogReading(results[0], tables: inspection.tables)
        if log.isQuiet { return Look(isAtRest: true, log: log, sequenceProbes: Array(results.dropFirst())) }
        results = try mover.pipelined([[PostgresCall(statements.isAtRest), logCall] + probes])
        log = LogReading(results[1], tables: inspection.tables)
        return Look(isAtRest: results[0].bool(0, 0), log: log, sequenceProbes: Array(results.dropFirst(2)))
    }

    private var logCall: PostgresCall {
        var parameters = PostgresParameters()
        parameters.append(floor)
        return PostgresCall(statements.log, parameters)
    }

    @dynamicMemberLookup
    private struct Look {
        /// Whether nobody had written what can't be seen yet.
        let isAtRest: Bool
        let log: LogReading
        let sequenceProbes: [PostgresResult]

        subscript<Property>(dynamicMember path: KeyPath<LogReading, Property>) -> Property { log[keyPath: path] }
    }

    /// Waits until all that was written can be seen, or was rolled back.
    ///
    /// A transaction under way may have written entries ahead of those of others that are committed. It is not always
    /// among those that a snapshot tells to be in progress; but it has the log locked.
    private func lookOnceTransactionsEnded(_ first: Look) throws -> Look {
        if first.isAtRest { return first }
        var open: OpenTransactions?
        let atRest = try polling(for: patience.atMost) { () -> Look? in
            open = try OpenTransactions(mover)
            let next = try look()
            return next.isAtRest ? next : nil
        }
        if let atRest { return atRest }
        throw SystemError.transactionsOpen(open, for: patience.atMost, place)
    }

    /// Waits until nothing has come to the log for a while.
    private func lookOnceQuiet(_ first: Look) throws -> Look {
        var last = first
        let isQuiet = try polling(for: patience.atMost) { () -> Bool? in
            let grown = try polling(for: patience.quiet) { () -> Look? in
                let next = try look()
                let isGrown =
                    !next.isAtRest || next.last != last.last || reading.isNeeded && next.snapshot != last.snapshot
                return isGrown ? next : nil
            }
            if let grown { last = try lookOnceTransactionsEnded(grown) }
            return grown == nil ? true : nil
        }
        if isQuiet != nil { return last }
        throw SystemError(
            .notRewindable,
            """
            The API never comes to rest: \(place) was still being written to \(patience.atMost) after the answer, without \
            a pause of \(patience.quiet). Switch off what works in the background, or exempt the tables it writes.
            """)
    }

    private func follow(_ changes: ChangeSet) {
        for change in changes.rows {
            guard let table = numbers[change.table] else { continue }
            if let after = change.after { fingerprints[table] += Fingerprint(table: change.table, row: after) }
            if let before = change.before { fingerprints[table] -= Fingerprint(table: change.table, row: before) }
        }
    }

    // MARK: Moving

    /// Moves by a difference, in one transaction and one round trip.
    func apply(_ changes: ChangeSet) throws {
        if changes.isEmpty && pending.isEmpty { return }
        let edits = position.edits(by: ChangeSet.joined(pending + [changes]).rows, tables: numbers)
        var calls = try moveRows(changes)
        calls += try counters.calls(setting: changes.counters, mover)
        if !edits.removed.isEmpty { calls.append(PostgresCall(statements.forget, edits.deletions)) }
        if !edits.added.isEmpty {
            calls.append(PostgresCall(statements.remember, edits.insertions(inspection.tables)))
        }
        // An entry left behind would be taken for news of what the row was at the root.
        if holdsEntries { calls.append(logDeletion()) }
        let behind: LogReading
        do throws(PostgresError) {
            let results = try mover.pipelined([calls, [logCall]])
            behind = LogReading(results[calls.count], tables: inspection.tables)
        } catch {
            throw try explain(error, changes)
        }
        position.commit(edits)
        counters.follow(changes.counters)
        reading.follow(changes, numbers: numbers)
        copies.follow(changes, tables: inspection.tables, numbers: numbers)
        follow(changes)
        pending.removeAll(keepingCapacity: true)
        holdsEntries = false
        try noteWhatCameLate(behind.isQuiet ? behind : nil)
        try vacuumNowAndThen()
    }

    private func moveRows(_ changes: ChangeSet) throws -> [PostgresCall] {
        guard let ordered else {
            return try Move(changes, tables: inspection.tables, numbers: numbers).calls(tableStatements)
        }
        let known = changes.rows.compactMap { change in
            numbers[change.table].map { (inspection.tables[$0], change.before, change.after) }
        }
        return try OrderedMove(known, ordered, place).calls(mover)
    }

    /// Behind a move the log is empty, unless something was written after the last capture: too late to know by which
    /// request.
    /// - Parameter log: what was seen of it, or `nil` when somebody is still writing.
    private func noteWhatCameLate(_ log: LogReading?) throws {
        let log = try log ?? lookOnceTransactionsEnded(look()).log
        snapshot = log.snapshot
        if log.isEmpty { return }
        guard log.definitions.isEmpty else {
            throw SystemError.definitionsChanged(log.definitions.joined(separator: "; "), place)
        }
        let names = Set(log.entries.map { "“\(inspection.tables[$0.table].name)”" }).sorted().joined(separator: ", ")
        throw SystemError(
            .notRewindable,
            """
            The API wrote to \(names) in \(place) after the change of its last request had been captured. It works in the \
            background: give it time to come to rest with settlingFor:, or exempt these tables.
            """)
    }

    /// What was captured is in the position from now on. Entries that came since stay for the next capture.
    private func logDeletion() -> PostgresCall {
        var parameters = PostgresParameters()
        parameters.append(floor)
        return PostgresCall(statements.emptyLog, parameters)
    }

    /// Each move leaves dead rows in Rewind's own tables; autovacuum would come too late for a few thousand moves.
    private func vacuumNowAndThen() throws(PostgresError) {
        movesSinceVacuum += 1
        guard movesSinceVacuum >= 500 else { return }
        movesSinceVacuum = 0
        try mover.execute("VACUUM (TRUNCATE off) rewind.log")
        try mover.execute("VACUUM (TRUNCATE off) rewind.position")
    }

    /// A row that is not as recorded makes the statement that takes it out divide by zero.
    private func explain(_ error: PostgresError, _ changes: ChangeSet) throws -> any Error {
        guard error.sqlState == "22012" || error.isConstraint else { return error }
        for change in changes.rows {
            guard let number = numbers[change.table], let before = change.before else { continue }
            let table = inspection.tables[number]
            let count = try mover.query(
                table.countLikeText, [String(decoding: RowText.text(of: before), as: UTF8.self)])
            if count.int64(0, 0) == 0 { return SystemError.notAsRecorded(change, place) }
        }
        if ordered != nil { return OrderedMove.refused(error, place) }
        return SystemError(
            .notRewindable,
            """
            \(place) refuses a row that it held before: \(error.message). A constraint that depends on the time, one that \
            was added as NOT VALID, or a row that something other than the API wrote is the usual cause.
            """)
    }

    // MARK: Verifying

    /// The fingerprint of all content, read in one snapshot over the given connection. Cost follows the content.
    /// - Throws: `SystemError` of kind `.notRewindable` naming what changed without being recorded.
    func contentFingerprint(_ reader: PostgresConnection) throws -> Fingerprint {
        let found: [Fingerprint]
        do {
            found = try reader.transaction(Content.beginReading) {
                try Content.fingerprints(inspection.tables, reader)
            }
        } catch let error as PostgresError where error.isUndefined {
            try verifyDefinitions()
            throw error
        }
        // What tables that are read may hold beyond that is told by the next capture.
        let differing = zip(inspection.tables, zip(found, fingerprints))
            .filter { $0.0.sensor == .log && $0.1.0 != $0.1.1 }.map(\.0.name)
        if !canWatchDefinitions { try verifyDefinitions() }
        if !differing.isEmpty, try look().isEmpty { throw SystemError.changedUnseen(differing, place) }
        try unrewindable.verify(mover, place)
        return found.reduce(.zero, +)
    }

    private func verifyDefinitions() throws {
        let now = try Definitions(mover)
        if now == definitions { return }
        let changed = inspection.tables.filter { now.ofTables[$0.objectID] != definitions.ofTables[$0.objectID] }
        let names =
            changed.isEmpty ? "a table or view came or went" : changed.map { "“\($0.name)”" }.joined(separator: ", ")
        throw SystemError.definitionsChanged(names, place)
    }

    /// Back to the root, with all of Rewind's gone.
    func end() throws -> RestoreReport {
        try mover.execute(SessionSettings.usualPlans)
        return try Restoration.undo(mover)
    }
}

/// Statements that every step needs, parsed once.
private struct Statements {
    let log: PostgresStatement
    let isAtRest: PostgresStatement
    let emptyLog: PostgresStatement
    let remember: PostgresStatement
    let forget: PostgresStatement

    init(_ connection: PostgresConnection) throws(PostgresError) {
        log = try connection.statement(LogReading.select)
        isAtRest = try connection.statement(LogReading.isAtRest)
        emptyLog = try connection.statement("DELETE FROM rewind.log WHERE seq <= $1")
        remember = try connection.statement(StoredPosition.Edits.insert)
        forget = try connection.statement(StoredPosition.Edits.delete)
    }
}

/// The root as it was found.
private struct Root {
    let inspection: Inspection
    let rights: Rights
    let definitions: Definitions
    let fingerprints: [Fingerprint]
    let standings: SequenceStandings
    let reading: ReadingSensor

    /// Reads the content and installs the recording, in the caller's transaction, which keeps writers away meanwhile.
    init(_ connection: PostgresConnection, of scope: Recording.Scope) throws {
        let found = try Inspection(connection, exempting: scope.exempt, only: scope.only)
        rights = try Rights(connection, found, reading: scope.reading)
        guard rights.suffice else { throw SystemError(.unsupported, rights.refusal) }
        inspection = found.sensing(by: rights)
        guard inspection.obstacles.isEmpty else {
            throw SystemError.unrewindable(inspection.obstacles, DatabasePlace(connection))
        }
        if !inspection.tables.isEmpty { try connection.lock(inspection.tables, "SHARE ROW EXCLUSIVE") }
        definitions = try Definitions(connection)
        let installation = Installation(
            connection: connection, inspection: inspection, canWatchDefinitions: rights.isSuperuser)
        try installation.prepare()
        try Owner.leaveMark(connection)
        reading = try ReadingSensor(inspection.tables, connection, chosen: scope.reading)
        fingerprints = try Content.fingerprints(inspection.tables, connection)
        standings = try SequenceStandings(inspection.sequences, connection)
        try installation.install(fingerprints: fingerprints, definitions: definitions, standings: standings)
    }
}
