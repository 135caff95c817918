import CommandSupport
import Foundation
import Testing
import TestServices

extension PostgresEndToEndTests {
    /// `rewind doctor` on PostgreSQL.
    @Suite struct DoctorTests {
        private let scratch: Scratch

        init() throws { scratch = try Scratch() }

        /// State and subject of each line.
        private func lines(_ ending: Ending) -> [String] {
            ending.lines.filter { !$0.isEmpty && !$0.hasPrefix(" ") }.map { line in
                line.split(separator: " ").prefix(2).joined(separator: " ")
            }
        }

        @Test func `a healthy database has nothing but ok, and stays as it was`() async throws {
            let database = try await filledDatabase(in: scratch)
            let before = try await database.dump()
            let ending = try await Tool.run("doctor", "--database", database.url, in: scratch)
            #expect(ending.status == 0, "\(ending.output)")
            #expect(
                lines(ending) == [
                    "ok rewind", "ok database", "ok name", "ok leftovers", "ok rights", "ok moves", "ok rewinding",
                    "ok clock",
                ], "\(ending.output)")
            // To the order of the rows.
            #expect(try await database.dump() == before)
            #expect(try database.query("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'rewind%'") == "0")
        }

        @Test func `what a role lacks is said as statements, and these suffice`() async throws {
            let database = try Database()
            let role = "doctor_\(UUID().uuidString.prefix(8).lowercased())"
            try database.query("CREATE TABLE a (id int PRIMARY KEY); CREATE ROLE \(role) LOGIN")
            let url = database.server.url(database: database.name, user: role)
            let ill = try await Tool.run("doctor", "--database", url, in: scratch)
            #expect(ill.status == 2)
            #expect(lines(ill).contains("problem rights"), "\(ill.output)")
            #expect(ill.output.contains("Not tried out, for the reasons above."))
            let statements = ill.lines.compactMap { line in line.contains("→ ") ? line.split(separator: "→ ").last : nil
            }
            #expect(statements.contains("GRANT CREATE ON DATABASE \(database.name) TO \(role);"))
            for statement in statements { try database.query(String(statement)) }
            let well = try await Tool.run("doctor", "--database", url, in: scratch)
            #expect(well.status == 0, "\(well.output)")
            #expect(lines(well).contains("ok rewinding"))
            try database.query("DROP OWNED BY \(role); DROP ROLE \(role)")
        }

        @Test func `what is in the way, under way and not for tests is told apart`() async throws {
            let database = try Database(named: "shop")
            try database.query(
                """
                CREATE TABLE a (id int PRIMARY KEY); CREATE MATERIALIZED VIEW sums AS SELECT count(*) FROM a;
                CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
                CREATE TRIGGER always BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION f();
                ALTER TABLE a ENABLE ALWAYS TRIGGER always
                """)
            let ending = try await Tool.run("doctor", "--database", database.url, in: scratch)
            #expect(ending.status == 2)
            #expect(
                lines(ending) == [
                    "ok rewind", "ok database", "problem name", "ok leftovers", "ok rights", "ok moves",
                    "problem tables", "warning tables", "warning rewinding", "ok clock",
                ], "\(ending.output)")
            #expect(ending.output.contains("the trigger “always” on “a” is enabled for replicas"))
            #expect(ending.output.contains("What the API does to the materialized view “sums” is noticed"))
        }

        @Test func `a password is not shown`() async throws {
            let ending = try await Tool.run(
                "doctor", "--database", "postgresql://me:hunter2@127.0.0.1:1/orders_test", in: scratch)
            #expect(ending.status == 2)
            #expect(lines(ending) == ["ok rewind", "problem database"], "\(ending.output)")
            #expect(!(ending.output + ending.errors).contains("hunter2"))
        }
    }
}
