import Rewind
import SQLiteDriver

/// Puts Rewind's tables and triggers into a database, and takes them out. Each is part of the caller's transaction, so
/// at any instant all of it is there or none.
enum Installation {
    /// Makes the log, the position (empty: the content is the root), and what a restore needs to know of the root.
    static func install(
        _ inspection: Inspection, fingerprints: [Fingerprint], owner: Owner, _ connection: SQLiteConnection
    ) throws {
        let checks = try TriggerCheck(inspection.tables, connection)
        let shape = LogShape(inspection.tables)
        try Definitions.save(connection)
        try connection.execute(shape.createTable("_rewind_log"))
        try connection.execute(shape.createTable("_rewind_position"))
        try owner.write(connection)
        try saveTables(inspection.tables, fingerprints, connection)
        if inspection.hasCounters {
            try connection.execute("CREATE TABLE _rewind_counters AS SELECT name, seq FROM sqlite_sequence")
        }
        for table in inspection.tables {
            for trigger in Triggers(table: table, log: shape).statements { try connection.execute(trigger) }
        }
        try checks.repeatWithTriggers(connection)
    }

    private static func saveTables(
        _ tables: [Table], _ fingerprints: [Fingerprint], _ connection: SQLiteConnection
    ) throws {
        try connection.execute("CREATE TABLE _rewind_tables (number INTEGER, name TEXT, fingerprint TEXT)")
        let insert = try connection.prepare("INSERT INTO _rewind_tables VALUES (?, ?, ?)")
        for (table, fingerprint) in zip(tables, fingerprints) {
            try insert.bind(Int64(table.number), at: 1)
            try insert.bind(table.name, at: 2)
            try insert.bind(fingerprint.description, at: 3)
            try insert.run()
        }
    }

    /// Drops everything whose name starts with `_rewind_`.
    static func remove(_ connection: SQLiteConnection) throws(SQLiteError) {
        let select = try connection.prepare(
            """
            SELECT type, name FROM sqlite_master
            WHERE name LIKE '\\_rewind\\_%' ESCAPE '\\' AND type IN ('trigger', 'table') ORDER BY type DESC
            """)
        var statements: [String] = []
        while try select.step() { statements.append("DROP \(select.string(0)) \(quoted(select.string(1)))") }
        for statement in statements { try connection.execute(statement) }
    }
}

/// Makes sure that no trigger of ours stops the API: SQLite looks into a trigger only when a statement would fire it.
private struct TriggerCheck {
    private let statements: [(table: Table, sql: String)]

    /// Collects the statements that compile with the API's triggers alone.
    init(_ tables: [Table], _ connection: SQLiteConnection) throws {
        try connection.setTriggersEnabled(true)
        defer { try? connection.setTriggersEnabled(false) }
        statements = tables.flatMap { table in
            Self.statements(table).filter { (try? connection.prepare($0)) != nil }.map { (table, $0) }
        }
    }

    private static func statements(_ table: Table) -> [String] {
        let assignments = table.columns.map { "\(quoted($0.name)) = \(quoted($0.name))" }.joined(separator: ", ")
        return [
            "DELETE FROM \(table.quotedName)", "INSERT INTO \(table.quotedName) DEFAULT VALUES",
            "UPDATE \(table.quotedName) SET \(assignments)",
        ]
    }

    func repeatWithTriggers(_ connection: SQLiteConnection) throws {
        try connection.setTriggersEnabled(true)
        defer { try? connection.setTriggersEnabled(false) }
        for (table, sql) in statements {
            do throws(SQLiteError) { _ = try connection.prepare(sql) } catch {
                throw SystemError(
                    .unsupported,
                    """
                    Changes of the table “\(table.name)” can't be recorded: \(error.message). Exempt the table from \
                    rewinding, and report its definition to Rewind.
                    """)
            }
        }
    }
}
