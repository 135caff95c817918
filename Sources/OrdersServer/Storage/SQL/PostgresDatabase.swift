import PostgresDriver

/// A PostgreSQL database, over a few connections.
///
/// Where money moves, a row is locked before the rules are asked, and sequences are only used after they have agreed:
/// PostgreSQL does not take back a number that a transaction drew, and a refused request must change nothing.
final class PostgresDatabase: SQLDatabase {
    /// Rows locked and then read are as they are now, not as they were when the transaction began.
    fileprivate static let begin = "BEGIN ISOLATION LEVEL READ COMMITTED"

    private let pool: PostgresPool

    /// Connects, to fail at once if it is not possible.
    ///
    /// - Parameter connections: how many requests use the database at once.
    /// - Throws: `DatabaseUnavailable`, `MigrationError`, or `PostgresError` for what the schema cannot be made from.
    init(url: String, connections: Int) throws {
        pool = PostgresPool(size: connections) {
            let connection = try PostgresConnection(url: url, applicationName: "rewind-orders")
            // As long as SQLite waits.
            try connection.execute("SET lock_timeout = '5s'")
            try Migrations(in: .postgres).run(on: connection)
            return connection
        }
        try withConnection { _ in }
    }

    func withConnection<R: Sendable>(_ body: @Sendable (any SQLConnection) throws -> R) throws -> R {
        do {
            return try pool.withConnection { try body(PostgresSession(connection: $0)) }
        } catch let error as PostgresError where error.isConnectionLost || error.isLocked {
            throw DatabaseUnavailable(cause: error.description)
        }
    }
}

/// What a connection is asked.
private struct PostgresSession: SQLConnection {
    let connection: PostgresConnection

    func run(_ sql: String, _ values: [SQLValue]) throws -> SQLResult {
        var parameters: PostgresParameters = []
        for value in values {
            switch value {
            case .null: parameters.append(nil)
            case .integer(let number): parameters.append(number)
            case .text(let text): parameters.append(text)
            }
        }
        let result = try connection.run(connection.statement(sql), parameters)
        let columns = 0..<result.columnCount
        let rows = (0..<result.rowCount).map { row in
            SQLRow(cells: columns.map { Self.cell(result, row, $0) })
        }
        return SQLResult(rows: rows, changes: result.affectedRowCount)
    }

    func transaction<R>(_ body: () throws -> R) throws -> R {
        try connection.transaction(PostgresDatabase.begin, body)
    }

    private static func cell(_ result: PostgresResult, _ row: Int, _ column: Int) -> SQLValue {
        if result.isNull(row, column) { return .null }
        return integerTypes.contains(result.type(column))
            ? .integer(result.int64(row, column)) : .text(result.string(row, column))
    }

    /// `bigint`, `smallint` and `integer`, and what sums of numbers are here: `numeric` without decimals.
    private static let integerTypes: Set<UInt32> = [20, 21, 23, 1700]
}

extension Migrations {
    /// Any number that no other program locks: what makes processes that start at once take turns.
    private static let lockID = "5722047309912640"

    /// Takes the steps that the database has not taken yet, all or none. Writes nothing to one that has taken all, so
    /// that neither rights to change it nor a moment of quiet is needed.
    ///
    /// - Throws: `MigrationError` if the database is newer than this program.
    fileprivate func run(on connection: PostgresConnection) throws {
        try connection.transaction(PostgresDatabase.begin) {
            _ = try connection.query("SELECT pg_advisory_xact_lock($1)", [Self.lockID])
            let version = try Self.version(of: connection)
            let steps = try due(after: version ?? 0)
            guard !steps.isEmpty else { return }
            for step in steps { try connection.execute(step) }
            try connection.execute(
                version == nil
                    ? """
                    CREATE TABLE schema_version (
                        id BIGINT PRIMARY KEY DEFAULT 1 CHECK (id = 1),
                        version BIGINT NOT NULL
                    );
                    INSERT INTO schema_version (version) VALUES (\(self.steps.count))
                    """ : "UPDATE schema_version SET version = \(self.steps.count)")
        }
    }

    /// The number of steps taken, or `nil` for a database without the table that tells.
    private static func version(of connection: PostgresConnection) throws(PostgresError) -> Int? {
        guard try connection.query("SELECT to_regclass('schema_version')").optionalString(0, 0) != nil else {
            return nil
        }
        let rows = try connection.query("SELECT version FROM schema_version")
        return Int(rows.int64(0, 0))
    }
}
