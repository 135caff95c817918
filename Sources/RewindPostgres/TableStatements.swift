import PostgresDriver

/// What is said to tables again and again, each spelled and parsed once: spelling takes longer than sending.
final class TableStatements {
    private let connection: PostgresConnection
    private var known: [Place: PostgresStatement] = [:]

    private struct Place: Hashable {
        let table: Int
        let text: KeyPath<Table, String>
    }

    init(_ connection: PostgresConnection) { self.connection = connection }

    /// - Parameter text: of ``Table``, as `\.deleteAll`.
    func callAsFunction(_ text: KeyPath<Table, String>, _ table: Table) throws(PostgresError) -> PostgresStatement {
        let place = Place(table: table.number, text: text)
        if let statement = known[place] { return statement }
        let statement = try connection.statement(table[keyPath: text])
        known[place] = statement
        return statement
    }
}
