/// What Rewind sets on its own connections, so that text means the same whatever the database's defaults.
enum SessionSettings {
    /// Settings that decide how values are spelled; also those of the functions that write the log, where a table has
    /// columns for which it matters.
    static let spelling = [
        ("datestyle", "ISO, YMD"), ("timezone", "UTC"), ("intervalstyle", "postgres"), ("extra_float_digits", "1"),
        ("bytea_output", "hex"), ("lc_monetary", "C"), ("xmloption", "content"), ("quote_all_identifiers", "off"),
        ("search_path", "pg_catalog"),
    ]

    /// For both connections: nothing that times out, waits without end, or hides rows.
    private static let common =
        spelling + [
            ("row_security", "off"), ("client_min_messages", "error"), ("statement_timeout", "0"),
            ("idle_in_transaction_session_timeout", "0"), ("idle_session_timeout", "0"),
            ("lock_timeout", "\(lockTimeoutMilliseconds)"),
            ("standard_conforming_strings", "on"), ("jit", "off"), ("default_transaction_isolation", "read committed"),
            ("default_transaction_deferrable", "off"), ("array_nulls", "on"), ("transform_null_equals", "off"),
        ]

    /// How long Rewind waits for a lock that another session holds.
    static let lockTimeoutMilliseconds = 5000

    /// The connection that moves. `rewind.moving` keeps its writes out of the log. It does not wait for the disk: what
    /// a move writes is consistent in itself, so a crash may lose the move and never half of it.
    static let mover = statements(
        common + [
            ("default_transaction_read_only", "off"), ("rewind.moving", "on"), ("synchronous_commit", "off"),
        ])

    /// Plans of moves: a few rows by key, whatever the planner believes of the table's size.
    static let plansOfMoves = statements(planning)
    /// Plans of anything again.
    static let usualPlans = planning.map { "RESET \($0.0)" }.joined(separator: "; ")

    private static let planning = [
        ("plan_cache_mode", "force_generic_plan"), ("enable_seqscan", "off"), ("enable_hashjoin", "off"),
        ("enable_mergejoin", "off"), ("enable_material", "off"), ("enable_memoize", "off"),
    ]

    /// The connection that reads whole tables and answers invariants, whose queries find tables as the API's do.
    static let reader = statements(common + [("default_transaction_read_only", "on")]) + "; RESET search_path"

    private static func statements(_ settings: [(String, String)]) -> String {
        settings.map { "SET \($0.0) = \(literal($0.1))" }.joined(separator: "; ")
    }
}
