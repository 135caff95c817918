import PostgresDriver
import Rewind

extension PostgresSystem {
    /// What a database holds and how it would be recorded. Changes nothing. Cost follows the content: rows are counted.
    /// - Parameters:
    ///   - url: a connection URI or `key=value` list, as libpq takes it.
    ///   - exempt: tables that are left alone.
    /// - Throws: `SystemError` of kind `.unreachable` when the database does not answer.
    public static func survey(url: String, exempting exempt: Set<String> = []) async throws -> DatabaseSurvey {
        try await WorkerThread.shared.run {
            try explainingFailures(of: DatabasePlace(try PostgresURL(url))) {
                let connection = try PostgresConnection(url: url, applicationName: Owner.applicationName)
                try chooseWay(connection)
                return try Surveying(connection: connection, exempt: exempt).survey()
            }
        }
    }

    /// Tries out whether the database can be rewound, on a table of Rewind's own; see ``Rewind/RoundTrip``. The content of
    /// the API's tables is neither changed nor taken back.
    /// - Parameters:
    ///   - url: a connection URI or `key=value` list, as libpq takes it.
    ///   - guarding: what may be tried out.
    ///   - exempt: tables that are left alone.
    /// - Throws: `SystemError` as ``begin()`` and ``end()`` do; of kind `.unsupported` when an earlier run died midway and
    ///   has not been undone yet.
    public static func tryOut(
        url: String, guarding: DatabaseGuard = .testDatabasesOnly, exempting exempt: Set<String> = []
    ) async throws -> RoundTrip {
        try await WorkerThread.shared.run {
            let place = DatabasePlace(try PostgresURL(url))
            let tables = try explainingFailures(of: place) { try rehearse(url, guarding, exempt) }
            let writer = try explainingFailures(of: place) { try Probing.start(url) }
            defer { Probing.finish(writer) }
            let system = PostgresSystem(url: url, guarding: guarding, scope: .init(only: [Probing.table.name]))
            // The writer is used by this closure alone until the round trip is over.
            nonisolated(unsafe) let session = writer
            let rows = try await system.goThereAndBack(reading: { try content(session) }) {
                for statement in Probing.table.changes { try session.execute(statement) }
            }
            return RoundTrip(tables: tables, rows: rows)
        }
    }

    private static func rehearse(_ url: String, _ guarding: DatabaseGuard, _ exempt: Set<String>) throws -> Int {
        let mover = try open(url, guarding)
        guard try mover.query("SELECT to_regnamespace('rewind') IS NULL").bool(0, 0) else {
            throw SystemError(.unsupported, "There is a schema “rewind” in it already. Run rewind restore first.")
        }
        return try Recording.rehearse(mover, of: .init(exempt: exempt))
    }

    private static func content(_ connection: PostgresConnection) throws -> [[Value]] {
        try connection.rows(Probing.table.content, [])
    }
}

/// The table that rewinding is tried out on, in a schema of its own: few roles may make tables in `public`.
private enum Probing {
    static let table = ProbeTable(name: "rewind_doctor.probe", spelled: "rewind_doctor.probe")

    /// Makes it, and takes away what a doctor that died has left.
    /// - Returns: the session that made it.
    static func start(_ url: String) throws -> PostgresConnection {
        let connection = try PostgresConnection(url: url, applicationName: Owner.applicationName)
        try connection.execute(
            """
            SET client_min_messages = error; DROP SCHEMA IF EXISTS rewind_doctor CASCADE; CREATE SCHEMA rewind_doctor;
            COMMENT ON SCHEMA rewind_doctor IS 'Made by "rewind doctor", which takes it out again.';
            \(table.create); \(table.fill)
            """)
        return connection
    }

    static func finish(_ connection: PostgresConnection) {
        try? connection.execute("DROP SCHEMA rewind_doctor CASCADE")
    }
}

/// Looks a database over.
private struct Surveying {
    let connection: PostgresConnection
    let exempt: Set<String>

    func survey() throws -> DatabaseSurvey {
        let everything = try Inspection(connection)
        let inspection = try Inspection(connection, exempting: exempt)
        let rights = try Rights(connection, inspection)
        let schema = everything.schema(isOrdered: false)
        let sensed = Dictionary(
            uniqueKeysWithValues: inspection.sensing(by: rights).tables.map { ($0.name, $0.sensor) })
        var survey = DatabaseSurvey(
            database: DatabasePlace(connection).description, server: try server(),
            tables: try everything.tables.map { table in
                DatabaseSurvey.Table(
                    name: table.name, rows: try count(table),
                    sensing: sensed[table.name].map { $0 == .log ? .triggers : .reading } ?? .exempt,
                    key: table.key.map { table.columns[$0].name }, columns: schema.tables[table.name]?.columns ?? [])
            }, counters: inspection.sequences.map(\.ownName).sorted())
        survey.obstacles = inspection.obstacles
        survey.notTakenBack = rights.notTakenBack
        survey.underWay = try OpenTransactions(connection).inWords
        try noteExploration(in: &survey)
        return survey
    }

    private func server() throws(PostgresError) -> String {
        let version = try connection.query("SHOW server_version").string(0, 0)
        return "PostgreSQL \(version.prefix { $0 != " " })"
    }

    private func count(_ table: Table) throws(PostgresError) -> Int64? {
        do throws(PostgresError) {
            return try connection.query("SELECT count(*) FROM ONLY \(table.qualifiedName)").int64(0, 0)
        } catch {
            if !error.isInsufficientPrivilege { throw error }
            return nil
        }
    }

    private func noteExploration(in survey: inout DatabaseSurvey) throws {
        do {
            try Owner.takeLock(connection)
        } catch let error as SystemError where error.kind == .inUse {
            survey.exploredBy = error.message
            return
        }
        guard try Installation.exists(connection) else { return }
        let mayLook = try connection.query("SELECT has_table_privilege('rewind.owner', 'SELECT')").bool(0, 0)
        survey.leftMidwayBy = mayLook ? try Owner.processID(connection) ?? 0 : 0
    }
}
