import Rewind
import SQLiteDriver

extension SQLiteSystem {
    /// What a database holds and how it would be recorded. Changes nothing. Cost follows the content: rows are counted.
    /// - Parameters:
    ///   - path: the file.
    ///   - exempt: tables that are left alone.
    /// - Throws: `SystemError` of kind `.unreachable` or `.unsupported` when the file can't be read.
    public static func survey(path: String, exempting exempt: Set<String> = []) async throws -> DatabaseSurvey {
        try await WorkerThread.shared.run {
            try checkAccess(path)
            return try explainingFailures(of: path) {
                let connection = try SQLiteConnection(path: path, flags: .readOnly)
                return try connection.transaction(.deferred) {
                    try Surveying(path: path, connection: connection, exempt: exempt).survey()
                }
            }
        }
    }

    /// Tries out whether the database can be rewound, on a table of Rewind's own; see ``Rewind/RoundTrip``. The content of
    /// the API's tables is neither changed nor taken back.
    /// - Parameters:
    ///   - path: the file.
    ///   - guarding: what may be tried out.
    ///   - exempt: tables that are left alone.
    /// - Throws: `SystemError` as ``begin()`` and ``end()`` do; of kind `.unsupported` when an earlier run died midway and
    ///   has not been undone yet.
    public static func tryOut(
        path: String, guarding: DatabaseGuard = .testDatabasesOnly, exempting exempt: Set<String> = []
    ) async throws -> RoundTrip {
        try await WorkerThread.shared.run {
            try checkAccess(path)
            try guarding.check(path)
            let tables = try explainingFailures(of: path) { try rehearse(path, exempt) }
            let writer = try explainingFailures(of: path) { try Probing.start(path) }
            defer { try? writer.execute(Probing.table.drop) }
            let system = SQLiteSystem(path: path, guarding: guarding, only: [Probing.table.name])
            // The writer is used by this closure alone until the round trip is over.
            nonisolated(unsafe) let session = writer
            let rows = try await system.goThereAndBack(reading: { try content(session) }) {
                for statement in Probing.table.changes { try session.execute(statement) }
            }
            return RoundTrip(tables: tables, rows: rows)
        }
    }

    private static func rehearse(_ path: String, _ exempt: Set<String>) throws -> Int {
        let mover = try Recording.open(path)
        if let owner = try Owner.read(mover) {
            if owner.isAlive { throw SystemError.inUse(path, by: owner) }
            throw SystemError(
                .unsupported, "An exploration that died has left its log in it. Run rewind restore first.")
        }
        return try Recording.rehearse(exempting: exempt.union([Probing.table.name]), mover)
    }

    private static func content(_ connection: SQLiteConnection) throws -> [[Value]] {
        let select = try connection.prepare(Probing.table.content)
        var rows: [[Value]] = []
        while try select.step() { rows.append(Row(select, 0..<select.columnCount).cells) }
        return rows
    }
}

/// The table that rewinding is tried out on.
private enum Probing {
    static let table = ProbeTable(name: "rewind_doctor_probe", spelled: "rewind_doctor_probe")

    /// Makes it, and takes away what a doctor that died has left.
    /// - Returns: the connection that made it.
    static func start(_ path: String) throws -> SQLiteConnection {
        let connection = try SQLiteConnection(
            path: path, flags: .readWrite, busyTimeoutMilliseconds: busyTimeoutMilliseconds)
        if try connection.definition(of: table.name, type: "table") == table.create {
            try connection.execute(table.drop)
        }
        try connection.transaction(.immediate) { try connection.execute("\(table.create); \(table.fill)") }
        return connection
    }
}

/// Looks a database over.
private struct Surveying {
    let path: String
    let connection: SQLiteConnection
    let exempt: Set<String>

    func survey() throws -> DatabaseSurvey {
        var survey = DatabaseSurvey(
            database: path, server: "SQLite \(SQLiteLibrary.version)", tables: try tables(), counters: try counters())
        guard let owner = try Owner.read(connection) else { return survey }
        if owner.isAlive {
            survey.exploredBy = SystemError.inUse(path, by: owner).message
        } else {
            survey.leftMidwayBy = Int64(owner.processID)
        }
        return survey
    }

    /// The tables that number their rows without taking a number twice.
    private func counters() throws -> [String] {
        let names = try Inspection.tableNames(connection).map(\.name)
        return try names.filter { name in
            try connection.definition(of: name, type: "table")?.uppercased().contains("AUTOINCREMENT") == true
        }
    }

    private func tables() throws -> [DatabaseSurvey.Table] {
        let names = try Inspection.tableNames(connection).map(\.name)
        var reasons: [String: String] = [:]
        for name in names {
            do { _ = try Inspection(connection, only: [name]) } catch let error as SystemError {
                reasons[name] = error.message
            }
        }
        let inspection = try Inspection(connection, only: Set(names).subtracting(reasons.keys))
        let schema = try inspection.schema(connection)
        return names.map { name in
            let sensing = reasons[name].map(DatabaseSurvey.Sensing.impossible) ?? .triggers
            return DatabaseSurvey.Table(
                name: name, rows: try? connection.number("SELECT count(*) FROM \(quoted(name))"),
                sensing: exempt.contains(name) ? .exempt : sensing,
                key: inspection.tables.first { $0.name == name }?.keyNames ?? [],
                columns: schema.tables[name]?.columns ?? [])
        }
    }

}
