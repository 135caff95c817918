import Rewind
import RewindPostgres
import Testing
import TestServices

/// What invariants see of a PostgreSQL database.
@Suite(.serialized, .enabled(if: TestService.postgres.isToBeTested, Comment(rawValue: TestService.postgres.absence)))
struct QueryTests {
    @Test func `values keep their exactness`() async throws {
        let database = try TestDatabase()
        let system = database.system()
        let found = try await system.rows(
            """
            SELECT 9223372036854775807, 1::smallint, 12.50::numeric, 12::numeric, 1e30::numeric, 'NaN'::numeric, true,
            false, '\\x00ff'::bytea, NULL::int, 0.1::float8, 'NaN'::float4, '-0'::float8, 'a'::text, '{1,2}'::int[],
            '2024-01-02'::date, 'infinity'::timestamptz
            """)
        let expected: [Value] = [
            .integer(.max), .integer(1), .text("12.50"), .integer(12), .text("1000000000000000000000000000000"),
            .text("NaN"), .integer(1), .integer(0), .blob([0, 255]), .null, .real(0.1), .real(.nan), .real(-0.0),
            .text("a"), .text("{1,2}"), .text("2024-01-02"), .text("infinity"),
        ]
        #expect("\(found)" == "\([expected])")
    }

    @Test func `parameters are values`() async throws {
        let database = try TestDatabase()
        let system = database.system()
        let found = try await system.rows(
            "SELECT $1::int + 1, $2::text, $3::bytea, $4::text, $5::float8",
            [.integer(1), .text("it's"), .blob([0, 92, 255]), .null, .real(0.5)])
        #expect(found == [[.integer(2), .text("it's"), .blob([0, 92, 255]), .null, .real(0.5)]])
    }

    @Test(arguments: [
        "DELETE FROM a", "INSERT INTO a VALUES (1) RETURNING x", "SELECT nextval('s')", "TRUNCATE a",
        "WITH d AS (DELETE FROM a RETURNING x) SELECT * FROM d",
    ]) func `a query can't write`(sql: String) async throws {
        let database = try TestDatabase("CREATE TABLE a (x int); INSERT INTO a VALUES (1); CREATE SEQUENCE s")
        let root = try database.dump()
        let system = database.system()
        let message = await failure { _ = try await system.rows(sql) }
        #expect(message.contains("read-only transaction"))
        #expect(try database.dump() == root)
    }

    @Test func `a statement that is no query is named`() async throws {
        let database = try TestDatabase()
        let system = database.system()
        #expect(
            await failure { _ = try await system.rows("SET timezone = 'UTC'") }
                == "unsupported: Only queries can be asked of the database, and this is none: SET timezone = 'UTC'")
    }
}
