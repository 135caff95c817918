import PostgresDriver
import Rewind

/// A generator of numbers, which PostgreSQL never takes back by itself.
struct DatabaseSequence: Sendable, Hashable {
    let number: Int
    let objectID: UInt32
    let qualifiedName: String
    /// What its numbers are counted under: the table whose key it fills, or its own name.
    let counterName: String
    let increment: Int64
    /// Whether its numbers leave no trace in the write-ahead log.
    let isUnlogged: Bool

    /// As reports spell it.
    let ownName: String

    /// The kind of counter, as change sets call it.
    static let table = "sequence"

    /// Every sequence but temporary ones, in the order of their object ids.
    /// - Parameter exempt: tables whose sequences are left alone as their rows are: set back, they would number new rows
    ///   like old ones.
    static func all(
        _ connection: PostgresConnection, tables: [Table], leavingOut exempt: [UInt32] = []
    ) throws(PostgresError) -> [DatabaseSequence] {
        let found = try connection.query(
            """
            SELECT c.oid, n.nspname, c.relname, s.seqincrement, coalesce(o.refobjid, d.adrelid), a.attname,
                c.relpersistence = 'u'
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_sequence s ON s.seqrelid = c.oid
            LEFT JOIN pg_depend o ON o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.objsubid = 0
                AND o.refclassid = 'pg_class'::regclass AND o.deptype IN ('a', 'i')
            LEFT JOIN LATERAL (SELECT d.adrelid, d.adnum FROM pg_depend u JOIN pg_attrdef d ON d.oid = u.objid
                WHERE u.classid = 'pg_attrdef'::regclass AND u.refobjid = c.oid ORDER BY d.oid LIMIT 1) d ON true
            LEFT JOIN pg_attribute a ON a.attrelid = coalesce(o.refobjid, d.adrelid)
                AND a.attnum = coalesce(o.refobjsubid, d.adnum)
            WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND \(Inspection.isUserSchema)
            AND coalesce(o.refobjid, d.adrelid, 0) <> ALL($1::oid[]) ORDER BY c.oid
            """, PostgresParameters(objectIDs: exempt))
        var counterNames: Set<String> = []
        return (0..<found.rowCount).map { row in
            let (schema, name) = (found.string(row, 1), found.string(row, 2))
            let owner = tables.first { table in
                table.objectID == UInt32(found.int64(row, 4)) && table.key.count == 1
                    && table.columns[table.key[0]].name == found.string(row, 5)
            }
            let own = nameInReports(schema: schema, name: name)
            // A column can own several, and a table have the name that another's sequence goes by.
            let names = [owner?.name, own].compactMap { $0 } + ["\(own) (sequence \(found.string(row, 0)))"]
            let free = names.first { counterNames.insert($0).inserted }
            return DatabaseSequence(
                number: row, objectID: UInt32(found.int64(row, 0)),
                qualifiedName: "\(quoted(schema)).\(quoted(name))", counterName: free ?? own,
                increment: found.int64(row, 3), isUnlogged: found.bool(row, 6), ownName: own)
        }
    }

    /// Where a sequence stands.
    struct Standing: Sendable, Hashable {
        let lastValue: Int64
        /// Whether `lastValue` was given out, or is the next to be.
        let isCalled: Bool
    }

    /// A counter's row: the last number given out, and how PostgreSQL stores that.
    func row(_ standing: Standing) -> Row {
        let last = standing.isCalled ? standing.lastValue : standing.lastValue &- increment
        return Row([.integer(last), .integer(standing.lastValue), .integer(standing.isCalled ? 1 : 0)])
    }

    var key: Row { Row([.text(counterName)]) }

    /// The statement that reads some of them: number, last value, whether it was given out.
    static func select(_ sequences: some Collection<DatabaseSequence>) -> String {
        sequences.map { "SELECT \($0.number), last_value, is_called FROM \($0.qualifiedName)" }
            .joined(separator: " UNION ALL ")
    }

    /// The statement that reads last values, in order, as an array; NULL for one that gave out none yet, and no array if
    /// `$1` is the server's snapshot. A fraction of what ``select(_:)`` costs.
    static func probe(_ sequences: some Collection<DatabaseSequence>) -> String {
        let values = sequences.map { "pg_sequence_last_value(\($0.objectID))" }.joined(separator: ", ")
        return "SELECT CASE WHEN pg_current_snapshot()::text <> $1 THEN ARRAY[\(values)] END"
    }

    static let set = "SELECT setval(o, v, c) FROM unnest($1::oid[], $2::int8[], $3::bool[]) s(o, v, c)"
}
