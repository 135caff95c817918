import Rewind
import SQLiteDriver

/// An exploration of a database under way: where its content is, and how to go elsewhere.
///
/// At every instant *content = root + position + log*, on disk. In memory, ``position`` mirrors `_rewind_position`, and
/// ``pending`` holds what of the log has been captured; a move joins the two and empties the log.
final class Recording {
    let path: String
    let inspection: Inspection
    let connection: SQLiteConnection
    private let owner: Owner
    private let access: [TableAccess]
    private let number: [String: Int]
    private let shape: LogShape

    private let definitions: Definitions
    private var schemaVersion: Int64
    /// Changes whenever another connection commits something.
    private var dataVersion: Int64
    private var lastSequence: Int64 = 0
    private var position = StoredPosition()
    private var pending: [ChangeSet] = []
    /// What was written after the last capture and before a move; the next capture tells it.
    private var late = ChangeSet.empty
    private var counters: Counters
    private var fingerprints: [Fingerprint]

    /// Installs the recording, on a connection made by ``open(_:)``. Cost follows the content: it is read once.
    /// - Parameter chosen: the only tables to record, if not all.
    init(
        path: String, exempting exempt: Set<String>, only chosen: Set<String>? = nil, _ connection: SQLiteConnection
    ) throws {
        self.path = path
        self.connection = connection
        let owner = Owner.new()
        self.owner = owner
        let content: Content
        do {
            content = try connection.transaction(.immediate) {
                // Someone else may have begun since the last look.
                if let other = try Owner.read(connection) { throw SystemError.inUse(path, by: other) }
                return try Content.install(exempting: exempt, only: chosen, owner: owner, connection)
            }
            access = try content.inspection.tables.map { try TableAccess($0, connection) }
        } catch {
            owner.retire()
            throw error
        }
        inspection = content.inspection
        definitions = content.definitions
        schemaVersion = content.schemaVersion
        dataVersion = content.dataVersion
        counters = content.counters
        fingerprints = content.fingerprints
        number = Dictionary(uniqueKeysWithValues: inspection.tables.map { ($0.name, $0.number) })
        shape = LogShape(inspection.tables)
    }

    deinit { owner.retire() }

    /// A connection set up for moving: no triggers, no foreign keys, no checks, since every state it writes is one
    /// that was there before.
    ///
    /// It does not wait for the disk. A killed process loses nothing by that, for what it wrote is with the operating
    /// system; only a power failure could, and no exploration outlives one.
    static func open(_ path: String) throws -> SQLiteConnection {
        let connection = try SQLiteConnection(
            path: path, flags: .readWrite, busyTimeoutMilliseconds: busyTimeoutMilliseconds)
        try connection.execute(
            "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
        try connection.setTriggersEnabled(false)
        return connection
    }

    /// Installs the recording in a transaction that is rolled back, for seeing whether it can be.
    /// - Returns: how many tables would be recorded.
    static func rehearse(exempting exempt: Set<String>, _ connection: SQLiteConnection) throws -> Int {
        let owner = Owner.new()
        defer { owner.retire() }
        var count = 0
        do {
            try connection.transaction(.immediate) {
                let content = try Content.install(exempting: exempt, only: nil, owner: owner, connection)
                count = content.inspection.tables.count
                throw Rehearsed()
            }
        } catch is Rehearsed {}
        return count
    }

    /// Has a transaction rolled back that went well.
    private struct Rehearsed: Error {}

    // MARK: Capturing

    /// What changed since the last capture or apply.
    func capture() throws -> ChangeSet {
        if try connection.number("PRAGMA data_version") == dataVersion, late.isEmpty { return .empty }
        let changes = late.then(try connection.transaction(.deferred) { try drain() })
        late = .empty
        return changes
    }

    /// Reads what the log has beyond what was read before. To be called inside a transaction.
    private func drain() throws -> ChangeSet {
        let version = try connection.number("PRAGMA data_version")
        if version == dataVersion { return .empty }
        try checkDefinitions()
        var undo = UndoLog()
        try undo.read(
            from: "_rewind_log", after: lastSequence, shape: shape, tables: inspection.tables, connection)
        let countersNow = inspection.hasCounters ? try Counters(connection) : Counters()
        let rows = try undo.rows.map { entry in
            RowChange(
                table: access[entry.key.table].table.name, key: entry.key.key, before: entry.before,
                after: try access[entry.key.table].row(entry.key.key))
        }
        let changes = ChangeSet(squashing: rows, counters: counters.changes(to: countersNow))
        if rows.isEmpty && changes.isEmpty { try verifyContent() }
        dataVersion = version
        lastSequence = undo.lastSequence
        counters = countersNow
        follow(changes)
        pending.append(changes)
        return changes
    }

    private func follow(_ changes: ChangeSet) {
        for change in changes.rows {
            guard let table = number[change.table] else { continue }
            if let after = change.after { fingerprints[table] += Fingerprint(table: change.table, row: after) }
            if let before = change.before { fingerprints[table] -= Fingerprint(table: change.table, row: before) }
        }
    }

    private func checkDefinitions() throws {
        let version = try connection.number("PRAGMA schema_version")
        if version == schemaVersion { return }
        let differences = definitions.differences(to: try Definitions(connection))
        if !differences.isEmpty {
            throw SystemError(
                .notRewindable,
                """
                The schema of \(path) changed during the exploration: \(differences.joined(separator: "; ")). Rewind \
                undoes changes of rows, not of definitions. Let the API make its tables before exploring.
                """)
        }
        if let table = inspection.tables.first(where: \.isRenumberedByVacuum) {
            throw SystemError(
                .notRewindable,
                """
                The schema of \(path) was rewritten during the exploration, as VACUUM does. That can renumber the rows \
                of “\(table.name)”, which has no INTEGER PRIMARY KEY. Keep the API from it while exploring.
                """)
        }
        schemaVersion = version
    }

    /// Looks for writes that the log does not tell of.
    private func verifyContent() throws {
        let changed = try inspection.tables.filter { try $0.fingerprint(connection) != fingerprints[$0.number] }
        if changed.isEmpty { return }
        let names = changed.map { "“\($0.name)”" }.joined(separator: ", ")
        throw SystemError(
            .notRewindable,
            """
            The content of \(names) in \(path) changed without leaving an entry in the log. A connection with triggers \
            switched off (SQLITE_DBCONFIG_ENABLE_TRIGGER) is the usual cause.
            """)
    }

    // MARK: Moving

    /// Moves by a difference, in one transaction.
    func apply(_ changes: ChangeSet) throws {
        if changes.isEmpty && pending.isEmpty { return }
        let edits = try connection.transaction(.immediate) {
            late = late.then(try drain())
            let edits = position.edits(by: ChangeSet.joined(pending + [changes]).rows, tables: number)
            try move(changes)
            try restoreCounters(after: changes.counters)
            try edits.write(shape: shape, connection)
            if lastSequence > 0 { try connection.statement("DELETE FROM _rewind_log").run() }
            return edits
        }
        position.commit(edits)
        counters.commit(changes.counters)
        follow(changes)
        pending.removeAll(keepingCapacity: true)
        lastSequence = 0
    }

    /// All rows are taken out before any is put in, so swapped unique values are not in each other's way.
    private func move(_ changes: ChangeSet) throws {
        for change in changes.rows {
            guard let before = change.before else { continue }
            guard let table = number[change.table], try access[table].delete(change.key) == before else {
                throw SystemError.notAsRecorded(change, path: path)
            }
        }
        for change in changes.rows {
            guard let after = change.after else { continue }
            guard let table = number[change.table], try access[table].insertIfFree(change.key, after) else {
                throw SystemError.notAsRecorded(change, path: path)
            }
        }
    }

    /// SQLite moves a counter on when a row beyond it is put in, so what counts is where the counters are now.
    private func restoreCounters(after changes: [RowChange]) throws(SQLiteError) {
        guard inspection.hasCounters else { return }
        var target = counters
        target.commit(changes)
        try Counters.write(try Counters(connection).changes(to: target), connection)
    }

    // MARK: Ending

    /// Back to the root, with all of Rewind's tables and triggers gone.
    /// - Throws: `SystemError` of kind `.notRewindable`, after all that, when something could not be brought back.
    func end() throws {
        let report = try connection.transaction(.immediate) { try Restoration.undo(path: path, connection) }
        if report.problems.isEmpty { return }
        throw SystemError(
            .notRewindable,
            """
            \(path) could not be brought back fully: \(report.problems.joined(separator: "; ")). Restore the file from \
            a copy if that matters.
            """)
    }

    /// The fingerprint of all content, read in one snapshot. Cost follows the content.
    func contentFingerprint() throws -> Fingerprint {
        try connection.transaction(.deferred) {
            try inspection.tables.reduce(.zero) { $0 + (try $1.fingerprint(connection)) }
        }
    }
}

/// The root as it was found.
private struct Content {
    let inspection: Inspection
    let definitions: Definitions
    let schemaVersion: Int64
    let dataVersion: Int64
    let counters: Counters
    let fingerprints: [Fingerprint]

    /// Reads the content and installs the recording; both in the caller's transaction, so nothing comes between.
    static func install(
        exempting exempt: Set<String>, only chosen: Set<String>?, owner: Owner, _ connection: SQLiteConnection
    ) throws -> Content {
        let inspection = try Inspection(connection, exempting: exempt, only: chosen)
        let definitions = try Definitions(connection)
        let fingerprints = try inspection.tables.map { try $0.fingerprint(connection) }
        try Installation.install(inspection, fingerprints: fingerprints, owner: owner, connection)
        return Content(
            inspection: inspection, definitions: definitions,
            schemaVersion: try connection.number("PRAGMA schema_version"),
            dataVersion: try connection.number("PRAGMA data_version"),
            counters: inspection.hasCounters ? try Counters(connection) : Counters(), fingerprints: fingerprints)
    }
}

extension Table {
    /// Whether VACUUM may give its rows other keys.
    fileprivate var isRenumberedByVacuum: Bool {
        if case .rowid = key { true } else { false }
    }
}

extension SQLiteConnection {
    /// The only cell of the only row.
    func number(_ sql: String) throws(SQLiteError) -> Int64 {
        let statement = try statement(sql)
        defer { statement.reset() }
        return try statement.step() ? statement.int64(0) : 0
    }
}
