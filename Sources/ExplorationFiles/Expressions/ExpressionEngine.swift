import SQLiteDriver
import Synchronization

/// Evaluates expressions: SQLite over nothing but values that are given to it.
///
/// Any thread may ask. Who does takes a connection for as long as the evaluation lasts; there are as many as were ever
/// needed at once, each with its statements compiled.
final class ExpressionEngine: Sendable {
    private let idle = Mutex<[Evaluator]>([])

    /// Runs the closure with an evaluator that nobody else has.
    func withEvaluator<R>(_ body: (Evaluator) throws -> R) throws -> R {
        let evaluator = try idle.withLock { $0.popLast() } ?? Evaluator()
        defer { idle.withLock { $0.append(evaluator) } }
        return try body(evaluator)
    }
}

/// One connection to an empty database in memory, which expressions can't leave.
final class Evaluator: @unchecked Sendable {
    // Unchecked: whoever takes one out of the engine has it alone.
    private let connection: SQLiteConnection

    /// About a second's work.
    private static let mostInstructions = 20_000_000
    private static let mostBytes = 16 << 20
    /// They answer something else every time, or reach beyond the expression.
    private static let deniedFunctions: Set<String> = [
        "random", "randomblob", "load_extension", "current_date", "current_time", "current_timestamp", "changes",
        "total_changes", "last_insert_rowid", "readfile", "writefile", "edit",
    ]
    private static let readableTables: Set<String> = ["", "json_each", "json_tree"]

    init() throws(SQLiteError) {
        connection = try SQLiteConnection(path: ":memory:")
        try connection.requireSingleQuotesForTexts()
        try ExpressionFunctions.add(to: connection)
        // The tables that functions make come into being with their first use, which is not allowed later.
        try connection.execute("SELECT 1 FROM json_each('[]'), json_tree('[]')")
        connection.limitLength(toBytes: Self.mostBytes)
        connection.limitInstructions(to: Self.mostInstructions)
        connection.allow { access in
            switch access {
            case .select: true
            case .read(let table, _): Self.readableTables.contains(table.lowercased())
            case .function(let name): !Self.deniedFunctions.contains(name.lowercased())
            case .other: false
            }
        }
    }

    /// Compiles it, so that what is wrong with it shows.
    /// - Returns: how many columns its row has.
    func check(_ sql: String) throws(SQLiteError) -> Int { try connection.prepare(sql).columnCount }

    /// The first column of the first row.
    /// - Throws: `SQLiteError`.
    func value(of sql: String, _ parameters: [SQLiteValue]) throws -> SQLiteValue {
        let statement = try connection.statement(sql)
        for (index, parameter) in parameters.enumerated() { try statement.bind(parameter, at: index + 1) }
        connection.renewInstructions()
        defer { statement.reset() }
        return try statement.step() ? statement.value(0) : .null
    }
}

extension SQLiteStatement {
    fileprivate func bind(_ value: SQLiteValue, at index: Int) throws {
        switch value {
        case .null: try bindNull(at: index)
        case .integer(let number): try bind(number, at: index)
        case .real(let number): try bind(number, at: index)
        case .text(let text): try bind(text, at: index)
        case .blob(let bytes): try bytes.withUnsafeBytes { try bindBlob($0, at: index) }
        }
    }
}
