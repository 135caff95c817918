import CPostgres

/// A connection to a PostgreSQL database.
///
/// It blocks the thread it is called on, and is for one thread at a time; nothing in it is locked.
///
/// ```swift
/// let connection = try PostgresConnection(url: "postgresql:///shop_test?host=/run/postgresql")
/// let insert = try connection.statement("INSERT INTO item (name) VALUES ($1) RETURNING id")
/// let id = try connection.run(insert, ["pen"]).int64(0, 0)
/// ```
public final class PostgresConnection {
    private let handle: OpaquePointer
    private var cache: [String: PostgresStatement] = [:]

    /// Connects. Environment variables of libpq (`PGHOST`, `PGPASSWORD` …) fill in what the URL leaves out.
    /// - Parameters:
    ///   - url: a connection URI or a `key=value` list
    ///     (<https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING>).
    ///   - applicationName: what others see in `pg_stat_activity`.
    /// - Throws: ``PostgresError`` when no server answers within 10 s, or it refuses. The message has no password.
    public init(url: String, applicationName: String) throws(PostgresError) {
        // libpq's complaint about a malformed URL quotes it.
        _ = try PostgresURL(url)
        let settings = [
            ("dbname", url), ("application_name", applicationName), ("client_encoding", "UTF8"),
            ("connect_timeout", "10"),
        ]
        let opened = Self.connect(settings.map(\.0), settings.map(\.1))
        guard let opened, PQstatus(opened) == CONNECTION_OK else {
            let message = opened.map { String(cString: PQerrorMessage($0)) } ?? "out of memory"
            PQfinish(opened)
            throw PostgresError(sqlState: "", message: trimmed(message))
        }
        handle = opened
        rewind_ignore_notices(opened)
    }

    deinit { PQfinish(handle) }

    private static func connect(_ keys: [String], _ values: [String]) -> OpaquePointer? {
        var parameters = PostgresParameters()
        for text in keys + values { parameters.append(text) }
        return parameters.withPointers { pointers in
            let all = UnsafeBufferPointer(start: pointers, count: keys.count * 2)
            let keyPointers = Array(all.prefix(keys.count)) + [nil]
            let valuePointers = Array(all.suffix(keys.count)) + [nil]
            // The last 1 has a URI in `dbname` expanded.
            return PQconnectdbParams(keyPointers, valuePointers, 1)
        }
    }

    /// The name of the database.
    public var database: String { PQdb(handle).map { String(cString: $0) } ?? "" }
    /// The host's name or the socket's directory.
    public var host: String { PQhost(handle).map { String(cString: $0) } ?? "" }
    public var port: String { PQport(handle).map { String(cString: $0) } ?? "" }
    public var user: String { PQuser(handle).map { String(cString: $0) } ?? "" }
    /// The number of the server process that serves this connection.
    public var serverProcessID: Int32 { PQbackendPID(handle) }
    /// The server's version, as 150004 for 15.4.
    public var serverVersion: Int { Int(PQserverVersion(handle)) }

    /// Whether the connection was lost.
    public var isBroken: Bool { PQstatus(handle) == CONNECTION_BAD }

    /// Whether the server said something unasked, as it does before it ends a connection, or has ended it. For one that
    /// rests between uses, the reason to throw it away. Asks no server.
    public var hasUnreadInput: Bool { rewind_has_unread_input(handle) != 0 }

    // MARK: Statements

    /// Runs one or several statements in one transaction, ignoring what they return.
    public func execute(_ sql: String) throws(PostgresError) {
        _ = try checked(PQexec(handle, sql), sql)
    }

    /// Has a statement parsed; the same text only once.
    public func statement(_ sql: String) throws(PostgresError) -> PostgresStatement {
        if let known = cache[sql] { return known }
        let statement = PostgresStatement(name: "s\(cache.count)", sql: sql)
        _ = try checked(PQprepare(handle, statement.name, sql, 0, nil), sql)
        cache[sql] = statement
        return statement
    }

    /// Runs a statement.
    public func run(
        _ statement: PostgresStatement, _ parameters: PostgresParameters = []
    ) throws(PostgresError) -> PostgresResult {
        let result = parameters.withPointers {
            PQexecPrepared(handle, statement.name, Int32(parameters.count), $0, nil, nil, 0)
        }
        return try checked(result, statement.sql)
    }

    /// Runs a statement with its values.
    public func run(_ call: PostgresCall) throws(PostgresError) -> PostgresResult {
        try run(call.statement, call.parameters)
    }

    /// Runs a query that is not worth keeping.
    public func query(
        _ sql: String, _ parameters: PostgresParameters = []
    ) throws(PostgresError) -> PostgresResult {
        let result = parameters.withPointers {
            PQexecParams(handle, sql, Int32(parameters.count), nil, $0, nil, nil, 0)
        }
        return try checked(result, sql)
    }

    /// Runs a query and calls the closure with each row as it arrives; row 0 of the result is the only one.
    public func forEachRow(
        of sql: String, _ parameters: PostgresParameters = [], _ body: (PostgresResult) throws -> Void
    ) throws {
        let sent = parameters.withPointers {
            PQsendQueryParams(handle, sql, Int32(parameters.count), nil, $0, nil, nil, 0)
        }
        guard sent == 1, PQsetSingleRowMode(handle) == 1 else { throw connectionError(sql) }
        defer { while let rest = PQgetResult(handle) { PQclear(rest) } }
        while let result = PQgetResult(handle) {
            let row = try checked(result, sql)
            if PQresultStatus(row.handle) == PGRES_SINGLE_TUPLE { try body(row) }
        }
    }

    /// Runs the body in a transaction; nothing stays if it throws.
    public func transaction<R>(_ begin: String = "BEGIN", _ body: () throws -> R) throws -> R {
        try execute(begin)
        do {
            let value = try body()
            try execute("COMMIT")
            return value
        } catch {
            try? execute("ROLLBACK")
            throw error
        }
    }

    // MARK: Pipelines

    /// Sends transactions in one go, each a few statements, and collects what they return: one round trip.
    ///
    /// A failing statement undoes its transaction; those after it are still run.
    /// - Returns: the results of all statements, in order.
    /// - Throws: ``PostgresError`` for the first statement that failed.
    public func pipelined(_ transactions: [[PostgresCall]]) throws(PostgresError) -> [PostgresResult] {
        if transactions.allSatisfy(\.isEmpty) { return [] }
        guard PQenterPipelineMode(handle) == 1 else { throw connectionError(nil) }
        for calls in transactions {
            for call in calls { try send(call) }
            guard PQpipelineSync(handle) == 1 else { throw connectionError(nil) }
        }
        var results: [PostgresResult] = []
        var failure: PostgresError?
        for calls in transactions {
            for call in calls { collect(call.statement.sql, &results, &failure) }
            // A transaction can also fail when it commits, which is when its end arrives.
            collect(nil, &results, &failure)
        }
        PQexitPipelineMode(handle)
        if let failure { throw failure }
        return results
    }

    private func send(_ call: PostgresCall) throws(PostgresError) {
        let parameters = call.parameters
        let sent = parameters.withPointers {
            PQsendQueryPrepared(handle, call.statement.name, Int32(parameters.count), $0, nil, nil, 0)
        }
        if sent != 1 { throw connectionError(call.statement.sql) }
    }

    /// Takes what the server says to one statement, or with `nil` to the end of a transaction.
    private func collect(_ sql: String?, _ results: inout [PostgresResult], _ failure: inout PostgresError?) {
        while let handle = PQgetResult(self.handle) {
            let result = PostgresResult(handle)
            switch PQresultStatus(handle) {
            case PGRES_PIPELINE_SYNC: return
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK: results.append(result)
            case PGRES_PIPELINE_ABORTED: break
            default: failure = failure ?? error(result, sql)
            }
        }
        if PQstatus(self.handle) == CONNECTION_BAD { failure = failure ?? connectionError(sql) }
    }

    // MARK: Failures

    private func checked(_ result: OpaquePointer?, _ sql: String) throws(PostgresError) -> PostgresResult {
        guard let result else { throw connectionError(sql) }
        let owned = PostgresResult(result)
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_SINGLE_TUPLE, PGRES_EMPTY_QUERY: return owned
        default: throw error(owned, sql)
        }
    }

    private func error(_ result: PostgresResult, _ sql: String?) -> PostgresError {
        let state = rewind_sqlstate(result.handle).map { String(cString: $0) } ?? ""
        let primary = rewind_primary_message(result.handle).map { String(cString: $0) }
        let message = primary ?? String(cString: PQresultErrorMessage(result.handle))
        return PostgresError(sqlState: state, message: trimmed(message), sql: sql)
    }

    private func connectionError(_ sql: String?) -> PostgresError {
        PostgresError(sqlState: "", message: trimmed(String(cString: PQerrorMessage(handle))), sql: sql)
    }
}

/// libpq ends its messages with a newline.
private func trimmed(_ message: String) -> String {
    var message = message
    while message.last?.isNewline == true { message.removeLast() }
    return message
}
