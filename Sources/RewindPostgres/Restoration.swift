import PostgresDriver
import Rewind

extension RestoreReport {
    init(_ connection: PostgresConnection) {
        self.init(database: DatabasePlace(connection).description, counterNoun: "sequence")
    }

    /// What this came to together with what was done later.
    fileprivate func followed(by later: RestoreReport) -> RestoreReport {
        var both = self
        both.rows.merge(later.rows, uniquingKeysWith: +)
        both.counters += later.counters
        both.problems += later.problems.filter { !problems.contains($0) }
        return both
    }
}

/// Brings a database back to its root from what is written in it alone.
///
/// The position says what rows were at the root, and the log what rows were since; the first that names a row is right.
/// Each such row is made what it was, whatever it is now, so restoring does not depend on how the run ended.
struct Restoration {
    private let connection: PostgresConnection
    private var report: RestoreReport
    /// The rows to be put back when triggers and foreign keys are on; `nil` when they are off.
    private var ordered: [(table: Table, before: Row?, after: Row?)]?
    /// By number; `nil` where the table is no longer the one that was recorded.
    private var tables: [Table?] = []
    /// Whether there are tables beside those.
    private var hasOtherTables = true
    /// Whether nothing of Rewind is left.
    private var isComplete = false

    /// Restores, and takes Rewind's schema out, in one transaction on the mover's connection.
    ///
    /// While somebody uses a table, its triggers can't be taken out. Then the content is brought back all the same, and
    /// again, until nobody does.
    /// - Returns: what was done, problems included; it throws only when PostgreSQL does, or triggers remain.
    static func undo(_ connection: PostgresConnection) throws -> RestoreReport {
        var report: RestoreReport?
        var last: Restoration?
        let isComplete = try polling(for: .milliseconds(SessionSettings.lockTimeoutMilliseconds)) { () -> Bool? in
            let restoration = try undoOnce(connection)
            report = report?.followed(by: restoration.report) ?? restoration.report
            last = restoration
            return restoration.isComplete ? true : nil
        }
        if let report, isComplete != nil { return report }
        let holders = try connection.holders(ofLocksOn: last?.tables.compactMap { $0 } ?? [])
        throw SystemError.triggersRemain(holders, report?.problems ?? [], DatabasePlace(connection))
    }

    private static func undoOnce(_ connection: PostgresConnection) throws -> Restoration {
        try connection.transaction {
            var restoration = Restoration(connection)
            if try OrderedWay.isNeeded(connection) { restoration.ordered = [] }
            restoration.report.processID = try Owner.processID(connection) ?? 0
            try restoration.findTables()
            try restoration.restoreRows()
            try restoration.restoreSequences()
            try restoration.verify()
            try restoration.complete()
            return restoration
        }
    }

    /// Takes Rewind out, or else notes that the content is the root.
    private mutating func complete() throws(PostgresError) {
        // Not waited for: who uses one table may want to write to another, which we keep writers from.
        isComplete = try connection.lockAtOnce(tables.compactMap { $0 }, "ACCESS EXCLUSIVE")
        if isComplete { return try Installation.remove(connection) }
        try connection.execute("DELETE FROM rewind.position; DELETE FROM rewind.log")
    }

    private init(_ connection: PostgresConnection) {
        self.connection = connection
        report = RestoreReport(connection)
    }

    private mutating func findTables() throws {
        let defined = try Definitions(connection)
        let found = try Inspection.tables(connection)
        let recorded = try connection.query(
            "SELECT oid, name, definition, is_read FROM rewind.tables ORDER BY number")
        for row in 0..<recorded.rowCount {
            let objectID = UInt32(recorded.int64(row, 0))
            guard let table = found.first(where: { $0.objectID == objectID }),
                defined.ofTables[objectID] == recorded.string(row, 2)
            else {
                let what = defined.ofTables[objectID] == nil ? "dropped" : "altered"
                report.problems.append("the table “\(recorded.string(row, 1))” was \(what)")
                tables.append(nil)
                continue
            }
            tables.append(table.numbered(row, recorded.bool(row, 3) ? .reading : .log))
        }
        let known = tables.compactMap { $0 }
        hasOtherTables = found.count > known.count
        if !known.isEmpty { try connection.lock(known, "SHARE ROW EXCLUSIVE") }
    }

    // MARK: Rows

    private mutating func restoreRows() throws {
        let log = LogReading(try connection.query(LogReading.selectAll), tables: tables)
        if !log.definitions.isEmpty {
            report.problems.insert("the schema changed (\(log.definitions.joined(separator: ", ")))", at: 0)
        }
        try restoreKeyed(log.entries)
        try restoreKeyless(log.entries)
        try moveInOrder()
    }

    private mutating func moveInOrder() throws {
        guard let ordered, !ordered.isEmpty else { return }
        let way = try OrderedWay(connection, tables.compactMap { $0 })
        let place = DatabasePlace(connection)
        do {
            let calls = try OrderedMove(ordered, way, place).calls(connection)
            try attempt("rows that were there do not fit any more") { connection in
                for call in calls { _ = try connection.run(call) }
            }
        } catch let error as SystemError {
            report.problems.append(error.message)
        }
    }

    private mutating func restoreKeyed(_ entries: [LogEntry]) throws {
        var rows = try positionOfKeyed()
        let known = Set(rows.map(\.key))
        var changes: [RowChange] = []
        var noCopies = CopyCounts()
        for entry in entries {
            guard let table = tables[entry.table], table.hasKey else { continue }
            changes += entry.changes(of: table, &noCopies)
        }
        let numbers = Dictionary(tables.compactMap { $0.map { ($0.name, $0.number) } }, uniquingKeysWith: { $1 })
        for change in chained(changes) {
            guard let number = numbers[change.table] else { continue }
            let key = RowKey(table: number, key: change.key)
            if !known.contains(key) { rows.append((key, change.before)) }
        }
        for table in tables.compactMap({ $0 }) where table.sensor == .reading && table.hasKey {
            rows += try rowsRead(table)
        }
        try bringBack(rows)
    }

    /// What rows of a table that is read, and that are not as at the root, were there.
    private func rowsRead(_ table: Table) throws(PostgresError) -> [(key: RowKey, atRoot: Row?)] {
        let (missing, surplus) = try ReadingSensor.differences(of: table, connection)
        let atRoot = missing.map { (key: RowKey(table: table.number, key: table.key(of: $0)), atRoot: Optional($0)) }
        let known = Set(atRoot.map(\.key))
        let new = surplus.map { RowKey(table: table.number, key: table.key(of: $0)) }.filter { !known.contains($0) }
        return new.map { ($0, nil) } + atRoot
    }

    private mutating func bringBack(_ rows: [(key: RowKey, atRoot: Row?)]) throws {
        var missing: [(table: Table, row: Row)] = []
        for (key, atRoot) in rows {
            guard let table = tables[key.table] else { continue }
            let now = try row(key.key, of: table)
            if now == atRoot { continue }
            report.rows[table.name, default: 0] += 1
            if ordered != nil {
                ordered?.append((table, now, atRoot))
                continue
            }
            if let now { _ = try connection.run(connection.statement(table.deleteAll), Move.parameters([now])) }
            if let atRoot { missing.append((table, atRoot)) }
        }
        try insert(missing)
    }

    private func positionOfKeyed() throws(PostgresError) -> [(key: RowKey, atRoot: Row?)] {
        let stored = try connection.query(
            "SELECT tbl, root, key FROM rewind.position WHERE copies IS NULL ORDER BY id")
        return (0..<stored.rowCount).compactMap { row in
            let number = Int(stored.int64(row, 0))
            guard let table = tables[number], table.sensor == .log else { return nil }
            let key = RowText.row(stored.bytes(row, 2), numeric: table.key.map { table.numericColumns[$0] })
            let atRoot =
                stored.isNull(row, 1) ? nil : RowText.row(stored.bytes(row, 1), numeric: table.numericColumns)
            return (RowKey(table: number, key: key), atRoot)
        }
    }

    private func row(_ key: Row, of table: Table) throws(PostgresError) -> Row? {
        let found = try connection.run(connection.statement(table.selectByKey), key.parameters)
        guard found.rowCount > 0 else { return nil }
        let row = RowText.row(found.bytes(0, 0), numeric: table.numericColumns)
        // What is one key to the index, as a and A, or 1 and 1.0, can be two to the log.
        return table.key(of: row) == key ? row : nil
    }

    private mutating func insert(_ rows: [(table: Table, row: Row)]) throws {
        for (table, row) in rows {
            try attempt("a row of “\(table.name)” that was there does not fit any more") {
                _ = try $0.run($0.statement(table.insertAll), Move.parameters([row]))
            }
        }
    }

    /// How many copies of a row there are more than at the root, by what was written down.
    private mutating func restoreKeyless(_ entries: [LogEntry]) throws {
        var surplus: [RowKey: Int] = [:]
        let stored = try connection.query(
            "SELECT tbl, key, root IS NULL FROM rewind.position WHERE copies IS NOT NULL ORDER BY id")
        for row in 0..<stored.rowCount {
            let number = Int(stored.int64(row, 0))
            guard let table = tables[number], table.sensor == .log else { continue }
            let image = RowText.row(stored.bytes(row, 1), numeric: table.numericColumns)
            surplus[RowKey(table: number, key: image), default: 0] += stored.bool(row, 2) ? 1 : -1
        }
        for entry in entries where tables[entry.table]?.hasKey == false {
            if let old = entry.old { surplus[RowKey(table: entry.table, key: old), default: 0] -= 1 }
            if let new = entry.new { surplus[RowKey(table: entry.table, key: new), default: 0] += 1 }
        }
        for table in tables.compactMap({ $0 }) where table.sensor == .reading && !table.hasKey {
            let rows = try ReadingSensor.differences(of: table, connection)
            for row in rows.missing { surplus[RowKey(table: table.number, key: row), default: 0] -= 1 }
            for row in rows.surplus { surplus[RowKey(table: table.number, key: row), default: 0] += 1 }
        }
        // First those that go: they may be in the way of the others.
        let taken = ordered == nil ? try takeOutAtOnce(surplus) : []
        for (key, count) in surplus.sorted(by: { $0.value > $1.value }) where count != 0 {
            guard let table = tables[key.table] else { continue }
            report.rows[table.name, default: 0] += abs(count)
            if ordered != nil {
                let change = (table, count > 0 ? key.key : nil, count < 0 ? key.key : nil)
                ordered? += Array(repeating: change, count: abs(count))
                continue
            }
            if count > 0 && taken.contains(key.table) { continue }
            if count < 0 { try insert(Array(repeating: (table, key.key), count: -count)) }
            for _ in 0..<max(count, 0) {
                var parameters = PostgresParameters()
                parameters.append(bytes: RowText.text(of: key.key))
                try attempt("a row of “\(table.name)” that was added is not there") {
                    _ = try $0.run($0.statement(table.deleteOne), parameters)
                }
            }
        }
    }

    /// Takes out what tables without a key have too many of, where all of it is there.
    /// - Returns: the tables that this was done for.
    private func takeOutAtOnce(_ surplus: [RowKey: Int]) throws -> Set<Int> {
        var leaving: [Int: [Row]] = [:]
        for (key, count) in surplus where count > 0 {
            leaving[key.table, default: []] += Array(repeating: key.key, count: count)
        }
        var taken: Set<Int> = []
        for (number, rows) in leaving where rows.count > Move.fewRows {
            guard let table = tables[number] else { continue }
            let failure = try failure { connection in
                _ = try connection.run(connection.statement(table.deleteMany), Move.parameters(rows))
            }
            if failure == nil { taken.insert(number) }
        }
        return taken
    }

    /// Does it, or else notes the problem and goes on.
    private mutating func attempt(
        _ problem: String, _ body: (PostgresConnection) throws -> Void
    ) throws {
        if let failure = try failure(of: body) { report.problems.append("\(problem): \(failure.message)") }
    }

    /// Does it, or nothing of it.
    private func failure(of body: (PostgresConnection) throws -> Void) throws -> PostgresError? {
        try connection.execute("SAVEPOINT rewind_attempt")
        do {
            try body(connection)
            try connection.execute("RELEASE SAVEPOINT rewind_attempt")
            return nil
        } catch let error as PostgresError {
            if error.isConnectionLost { throw error }
            try connection.execute("ROLLBACK TO SAVEPOINT rewind_attempt")
            return error
        }
    }

    // MARK: Sequences

    private mutating func restoreSequences() throws {
        let root = try connection.query("SELECT oid, name, last_value, is_called FROM rewind.sequences ORDER BY oid")
        let recorded = Set((0..<root.rowCount).map { UInt32(root.int64($0, 0)) })
        let sequences = try DatabaseSequence.all(connection, tables: []).filter { recorded.contains($0.objectID) }
        let now = try SequenceStandings(sequences, connection)
        var wanted: [(objectID: UInt32, standing: DatabaseSequence.Standing)] = []
        for row in 0..<root.rowCount {
            let objectID = UInt32(root.int64(row, 0))
            guard let sequence = sequences.first(where: { $0.objectID == objectID }) else {
                report.problems.append("the sequence \(root.string(row, 1)) was dropped")
                continue
            }
            let standing = DatabaseSequence.Standing(lastValue: root.int64(row, 2), isCalled: root.bool(row, 3))
            if now.standings[sequence.number] != standing { wanted.append((objectID, standing)) }
        }
        if wanted.isEmpty { return }
        _ = try connection.run(
            connection.statement(DatabaseSequence.set), SequenceStandings.parameters(setting: wanted))
        report.counters = wanted.count
    }

    // MARK: Verifying

    /// Reads the content: nothing says that all writers were recorded.
    private mutating func verify() throws {
        let recorded = try connection.query("SELECT fingerprint FROM rewind.tables ORDER BY number")
        let known = tables.compactMap { $0 }
        let found = try Content.fingerprints(known, connection)
        for (table, fingerprint) in zip(known, found)
        where fingerprint.description != recorded.string(table.number, 0) {
            report.problems.append("“\(table.name)” is not as it was; a writer that disabled triggers changed it")
        }
        if hasOtherTables { try verifyForeignKeys() }
    }

    /// Rows of exempted tables stay, and may refer to rows that are gone, or be gone themselves.
    private mutating func verifyForeignKeys() throws {
        let found = try connection.query(Self.foreignKeysAcross)
        for row in 0..<found.rowCount where try connection.query(found.string(row, 2)).rowCount > 0 {
            report.problems.append(
                "rows of “\(found.string(row, 0))” refer to rows that are gone (foreign key “\(found.string(row, 1))”), "
                    + "since one of the two tables is exempted")
        }
    }

    /// Foreign keys between a table that was recorded and another, where we may read both, each with a query that finds a
    /// row without the one it refers to.
    private static let foreignKeysAcross = """
        SELECT c.relname, k.conname, format('SELECT FROM ONLY %I.%I c WHERE %s AND NOT EXISTS (SELECT FROM ONLY %I.%I p '
            'WHERE %s) LIMIT 1', cn.nspname, c.relname, string_agg(format('c.%I IS NOT NULL', ca.attname), ' AND '),
            pn.nspname, p.relname, string_agg(format('p.%I OPERATOR(%I.%s) c.%I', pa.attname, opn.nspname, o.oprname,
            ca.attname), ' AND '))
        FROM pg_constraint k CROSS JOIN LATERAL unnest(k.conkey, k.confkey, k.conpfeqop) u(child, parent, op)
        JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace cn ON cn.oid = c.relnamespace
        JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
        JOIN pg_attribute ca ON ca.attrelid = c.oid AND ca.attnum = u.child
        JOIN pg_attribute pa ON pa.attrelid = p.oid AND pa.attnum = u.parent
        JOIN pg_operator o ON o.oid = u.op JOIN pg_namespace opn ON opn.oid = o.oprnamespace
        WHERE k.contype = 'f' AND k.convalidated AND c.relkind = 'r' AND p.relkind = 'r'
        AND (c.oid IN (SELECT oid FROM rewind.tables)) <> (p.oid IN (SELECT oid FROM rewind.tables))
        AND has_schema_privilege(cn.oid, 'USAGE') AND has_schema_privilege(pn.oid, 'USAGE')
        AND has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(p.oid, 'SELECT')
        AND NOT row_security_active(c.oid) AND NOT row_security_active(p.oid)
        GROUP BY k.oid, k.conname, c.relname, p.relname, cn.nspname, pn.nspname ORDER BY 1, 2
        """
}

extension Inspection {
    /// The tables that a dead run recorded, as they are now.
    static func ofDeadRun(_ connection: PostgresConnection) throws -> Inspection {
        let all = try Inspection(connection)
        // Who may not even look is told what else is missing.
        let mayLook = try connection.query("SELECT has_schema_privilege('rewind', 'USAGE')").bool(0, 0)
        guard mayLook else { return all }
        let found = try connection.query("SELECT name FROM rewind.tables")
        let recorded = Set((0..<found.rowCount).map { found.string($0, 0) })
        let others = all.tables.map(\.name).filter { !recorded.contains($0) }
        return try Inspection(connection, exempting: Set(others))
    }
}

extension Table {
    /// The same table under the number that the log knows it by.
    fileprivate func numbered(_ number: Int, _ sensor: Sensor) -> Table {
        Table(
            number: number, objectID: objectID, schemaName: schemaName, tableName: tableName, columns: columns,
            key: key, sensor: sensor, keyOperators: keyOperators)
    }
}

extension Row {
    /// Each cell as a parameter.
    fileprivate var parameters: PostgresParameters {
        var parameters = PostgresParameters()
        for cell in cells { parameters.append(bytes: cell.bytes) }
        return parameters
    }
}
