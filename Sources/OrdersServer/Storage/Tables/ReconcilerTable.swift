import Orders

/// The table `reconciler`: one row.
extension OrderTables {
    /// Notes what a run came to.
    func record(_ run: Reconciliation, at now: Timestamp) throws {
        _ = try connection.run(
            """
            UPDATE reconciler SET last_run_at = $1, asked = $2, settled = $3, resent = $4, undecided = $5 WHERE id = 1
            """,
            [
                .integer(now.secondsSince1970), .integer(Int64(run.asked)), .integer(Int64(run.settled)),
                .integer(Int64(run.resent)), .integer(Int64(run.undecided)),
            ])
    }
}
