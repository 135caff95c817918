import Orders

/// The table `clock`: one row.
extension OrderTables {
    /// The test clock's time.
    func clock() throws -> Timestamp {
        guard let row = try connection.run("SELECT started_at, offset_seconds FROM clock WHERE id = 1").rows.first
        else { throw UnreadableRow(description: "The table clock has lost its row.") }
        return Timestamp(secondsSince1970: row.integer(0)).advanced(bySeconds: row.integer(1))
    }

    /// Moves the test clock, and holds it until the transaction ends.
    func advanceClock(bySeconds seconds: Int64) throws {
        _ = try connection.run(
            "UPDATE clock SET offset_seconds = offset_seconds + $1 WHERE id = 1", [.integer(seconds)])
    }
}
