/// The table `installation`: one row, written when the database was made.
extension OrderTables {
    /// The name of a row among all rows of all databases that are sent to one provider: what ids and keys there are made
    /// of. With the number alone, a new database would meet the payments of the one before it.
    func nameOfRow(_ number: Int64, in table: String) throws -> String {
        guard let row = try connection.run("SELECT name FROM installation WHERE id = 1").rows.first else {
            throw UnreadableRow(description: "The table installation has lost its row.")
        }
        return "\(row.text(0))/\(table)/\(number)"
    }
}
