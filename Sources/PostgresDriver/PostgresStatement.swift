/// A statement that the server has parsed, and knows by a name as long as the connection lives.
public struct PostgresStatement: Sendable, Hashable {
    let name: String
    /// The text, with parameters as `$1`, `$2`, …
    public let sql: String
}

/// A statement with values for its parameters.
public struct PostgresCall {
    let statement: PostgresStatement
    let parameters: PostgresParameters

    public init(_ statement: PostgresStatement, _ parameters: PostgresParameters = []) {
        self.statement = statement
        self.parameters = parameters
    }
}
