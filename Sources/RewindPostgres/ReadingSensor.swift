import PostgresDriver
import Rewind

/// Tells the changes of tables on which no trigger can be made, by reading and comparing.
///
/// They are read only when a transaction has ended since the last look, in whichever database of the server.
struct ReadingSensor {
    private let tables: [Table]
    /// By the table's number: each row, and how many copies of it there are.
    private var known: [Int: [Row: Int]]

    /// What may be read at every step, unless it is asked for.
    static let rowLimit = 20_000
    private static let timeLimit = Duration.milliseconds(50)

    /// Reads the tables among these that are to be read.
    /// - Parameter chosen: names of tables that are read however long it takes.
    /// - Throws: `SystemError` of kind `.unsupported` when reading would take too long at every step.
    init(_ tables: [Table], _ connection: PostgresConnection, chosen: Set<String>) throws {
        self.tables = tables.filter { $0.sensor == .reading }
        let unchosen = self.tables.filter { !chosen.contains($0.name) }
        var duration = ContinuousClock.Duration.zero
        known = [:]
        // A busy machine makes one look long.
        for _ in 0..<3 {
            let start = ContinuousClock.now
            known = try Self.read(unchosen, connection)
            duration = ContinuousClock.now - start
            if duration <= Self.timeLimit { break }
        }
        for table in unchosen where (known[table.number] ?? [:]).values.reduce(0, +) > Self.rowLimit {
            throw try Self.tooLarge(table, connection)
        }
        if duration > Self.timeLimit, let largest = unchosen.max(by: { count($0) < count($1) }) {
            throw try Self.tooLarge(largest, connection)
        }
        known.merge(try Self.read(self.tables.filter { chosen.contains($0.name) }, connection)) { $1 }
    }

    var isNeeded: Bool { !tables.isEmpty }

    /// What changed since the last look.
    mutating func changes(_ copies: inout CopyCounts, _ connection: PostgresConnection) throws -> [RowChange] {
        let now = try Self.read(tables, connection)
        let changes = tables.flatMap { table in
            Self.changes(of: table, from: known[table.number] ?? [:], to: now[table.number] ?? [:], &copies)
        }
        known = now
        return changes
    }

    /// Takes over what a move did.
    mutating func follow(_ changes: ChangeSet, numbers: [String: Int]) {
        for change in changes.rows {
            guard let number = numbers[change.table], known[number] != nil else { continue }
            if let before = change.before { add(-1, before, number) }
            if let after = change.after { add(1, after, number) }
        }
    }

    private mutating func add(_ count: Int, _ row: Row, _ table: Int) {
        let sum = (known[table]?[row] ?? 0) + count
        known[table]?[row] = sum == 0 ? nil : sum
    }

    private func count(_ table: Table) -> Int { known[table.number]?.count ?? 0 }

    private static func read(_ tables: [Table], _ connection: PostgresConnection) throws -> [Int: [Row: Int]] {
        var rows = Dictionary(uniqueKeysWithValues: tables.map { ($0.number, [Row: Int]()) })
        try Content.forEachRow(of: tables, connection) { rows[$0]?[$1, default: 0] += 1 }
        return rows
    }

    /// What the log would have told, squashed.
    private static func changes(
        of table: Table, from before: [Row: Int], to after: [Row: Int], _ copies: inout CopyCounts
    ) -> [RowChange] {
        var left: [Row] = []
        var came: [Row] = []
        for (row, count) in before where count > after[row, default: 0] {
            left += Array(repeating: row, count: count - after[row, default: 0])
        }
        for (row, count) in after where count > before[row, default: 0] {
            came += Array(repeating: row, count: count - before[row, default: 0])
        }
        // In one order on every run.
        left.sort { $0.packed.lexicographicallyPrecedes($1.packed) }
        came.sort { $0.packed.lexicographicallyPrecedes($1.packed) }
        let going = left.flatMap { LogEntry(table: table.number, old: $0, new: nil).changes(of: table, &copies) }
        let coming = came.flatMap { LogEntry(table: table.number, old: nil, new: $0).changes(of: table, &copies) }
        return ChangeSet(squashing: going + coming).rows
    }

    private static func tooLarge(_ table: Table, _ connection: PostgresConnection) throws -> SystemError {
        SystemError(
            .unsupported,
            """
            The table “\(table.name)” in \(DatabasePlace(connection)) could only be read and compared, as the role may not \
            make triggers on it, and it is too large for doing so at every step (more than \(rowLimit) rows, or 50 ms). Exempt \
            it, choose reading it all the same with reading: ["\(table.name)"], or have a superuser run:
                \(try Rights.grantOfTrigger(table, connection));
            """)
    }

    // MARK: Across a crash

    /// The root's rows of tables that are read: no log tells what was done to them, so all of it is written down.
    static func save(_ tables: [Table], _ connection: PostgresConnection) throws(PostgresError) {
        if tables.isEmpty { return }
        try connection.execute("CREATE TABLE rewind.root (tbl int, content text)")
        for table in tables {
            try connection.execute("INSERT INTO rewind.root SELECT \(table.number), x.* FROM (\(table.selectTexts)) x")
        }
    }

    /// The rows that only the root has, and those that it has not.
    static func differences(
        of table: Table, _ connection: PostgresConnection
    ) throws(PostgresError) -> (missing: [Row], surplus: [Row]) {
        let root = "SELECT content FROM rewind.root WHERE tbl = \(table.number)"
        let found = try connection.query(
            """
            SELECT true, x.* FROM (\(root) EXCEPT ALL (\(table.selectTexts))) x
            UNION ALL SELECT false, x.* FROM ((\(table.selectTexts)) EXCEPT ALL \(root)) x
            """)
        var rows: (missing: [Row], surplus: [Row]) = ([], [])
        for number in 0..<found.rowCount {
            let row = RowText.row(found.bytes(number, 1), numeric: table.numericColumns)
            if found.bool(number, 0) { rows.missing.append(row) } else { rows.surplus.append(row) }
        }
        return rows
    }
}
