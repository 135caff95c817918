import PostgresDriver

/// A digest of how each table is defined, for noticing that it changed.
struct Definitions: Equatable, Sendable {
    /// By the table's object id.
    private(set) var ofTables: [UInt32: String] = [:]

    /// Cost follows the size of the schema.
    init(_ connection: PostgresConnection) throws(PostgresError) {
        let found = try connection.query(
            """
            SELECT c.oid, md5(concat_ws('|', n.nspname, c.relname, c.relkind,
                (SELECT string_agg(concat_ws(',', a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attgenerated,
                    a.attidentity, pg_get_expr(d.adbin, d.adrelid)), ';' ORDER BY a.attnum)
                    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
                (SELECT string_agg(concat(pg_get_constraintdef(k.oid), k.convalidated), ';' ORDER BY k.oid) FROM pg_constraint k
                    WHERE k.conrelid = c.oid),
                (SELECT string_agg(pg_get_indexdef(i.indexrelid), ';' ORDER BY i.indexrelid) FROM pg_index i
                    WHERE i.indrelid = c.oid),
                (SELECT string_agg(concat_ws(',', t.tgname, t.tgenabled, t.tgfoid), ';' ORDER BY t.oid) FROM pg_trigger t
                    WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgname NOT LIKE '!rewind%')))
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'f', 'm', 'v') AND c.relpersistence <> 't' AND \(Inspection.isUserSchema)
            """)
        for row in 0..<found.rowCount { ofTables[UInt32(found.int64(row, 0))] = found.string(row, 1) }
    }
}
