import CommandSupport
import Foundation
import SQLiteDriver
import Testing

extension CommandTests {
    /// `rewind doctor` and `rewind systems`.
    @Suite struct DoctorTests {
        private let scratch: Scratch

        init() throws { scratch = try Scratch() }

        /// State and subject of each line.
        private func lines(_ ending: Ending) -> [String] {
            ending.lines.filter { !$0.isEmpty && !$0.hasPrefix(" ") }.map { line in
                line.split(separator: " ", omittingEmptySubsequences: true).prefix(2).joined(separator: " ")
            }
        }

        @Test func `a healthy database and API have nothing but ok`() async throws {
            let database = scratch.path("orders-test.sqlite")
            try await withService(on: database, in: scratch) { _, service in
                let url = try await service.firstLine()
                let before = try dump(database)
                let ending = try await Tool.run("doctor", "--database", database, "--url", url, in: scratch)
                #expect(ending.status == 0, "\(ending.output)")
                #expect(
                    lines(ending) == [
                        "ok rewind", "ok database", "ok name", "ok leftovers", "ok rewinding", "ok API", "ok clock",
                    ], "\(ending.output)")
                #expect(try dump(database) == before)
            }
        }

        @Test func `a database that is not there is a problem, and so is an API`() async throws {
            let ending = try await Tool.run(
                "doctor", "--database", scratch.path("none.sqlite"), "--url", "http://127.0.0.1:1", in: scratch)
            #expect(ending.status == 2)
            #expect(lines(ending) == ["ok rewind", "problem database", "problem API"], "\(ending.output)")
            #expect(ending.output.contains("There is no database at"))
        }

        @Test func `what cannot be recorded is a problem with a remedy that helps`() async throws {
            let database = scratch.path("wide-test.sqlite")
            try SQLiteConnection(path: database).execute(
                "CREATE TABLE hidden (rowid TEXT, oid TEXT, _rowid_ TEXT); CREATE TABLE plain (id INTEGER PRIMARY KEY)")
            let refused = try await Tool.run("doctor", "--database", database, in: scratch)
            #expect(refused.status == 2)
            #expect(refused.output.contains("→ Or leave it alone: --exempt hidden\n"), "\(refused.output)")
            #expect(refused.output.contains("Not tried out, for the reasons above."))
            let exempted = try await Tool.run("doctor", "--database", database, "--exempt", "hidden", in: scratch)
            #expect(exempted.status == 0, "\(exempted.output)")
        }

        @Test func `a run that died is a problem, and restoring it the remedy`() async throws {
            let database = try await filledDatabase(in: scratch)
            let run = try Tool(["demo", "--exploration", "payments", "--database", database], in: scratch)
            try await eventually("triggers of Rewind's") {
                let found = try SQLiteConnection(path: database, flags: .readOnly).number(
                    "SELECT count(*) FROM sqlite_master WHERE name = '_rewind_owner'")
                return found == 1 || !run.isRunning
            }
            run.signal(SIGKILL)
            _ = try await run.end()
            let ill = try await Tool.run("doctor", "--database", database, in: scratch)
            #expect(ill.status == 2)
            #expect(lines(ill).contains("problem leftovers"), "\(ill.output)")
            #expect(ill.output.contains("→ Run: rewind restore \(database)\n"))
            #expect(try await Tool.run("restore", database, in: scratch).status == 0)
            let well = try await Tool.run("doctor", "--database", database, in: scratch)
            #expect(well.status == 0, "\(well.output)")
        }

        @Test func `both print JSON`() async throws {
            let database = scratch.path("json-test.sqlite")
            try SQLiteConnection(path: database).execute(
                "CREATE TABLE a (id INTEGER PRIMARY KEY, updated_at TEXT); INSERT INTO a (id) VALUES (1)")
            let doctor = try await Tool.run("doctor", "--database", database, "--json", in: scratch)
            let checkup = try JSONDecoder().decode(Checkup.self, from: Data(doctor.output.utf8))
            #expect(checkup.format == "rewind-doctor" && checkup.version == 1 && checkup.state == "ok")
            #expect(checkup.checks.map(\.subject) == ["rewind", "database", "name", "leftovers", "rewinding"])
            let systems = try await Tool.run("systems", database, "--json", in: scratch)
            let document = try JSONDecoder().decode(Document.self, from: Data(systems.output.utf8))
            #expect(
                document.databases.map(\.tables) == [[.init(name: "a", sensing: "triggers", volatile: ["updated_at"])]])
        }

        @Test func `systems draws a table`() async throws {
            let database = scratch.path("table-test.sqlite")
            try SQLiteConnection(path: database).execute(
                """
                CREATE TABLE orders (id INTEGER PRIMARY KEY, created_at TEXT);
                CREATE TABLE logs (line TEXT); INSERT INTO orders (id) VALUES (1), (2)
                """)
            let ending = try await Tool.run("systems", database, "--exempt", "logs", in: scratch)
            #expect(
                ending.lines.dropFirst() == [
                    "  table   rows  changes told by  key    row numbers  left out of identity",
                    "  logs       0  nothing: exempt  rowid",
                    "  orders     2  triggers         id     id           created_at",
                    "",
                ])
        }

        private struct Checkup: Decodable {
            let format, state: String
            let version: Int
            let checks: [Check]

            struct Check: Decodable { let subject, state, message: String }
        }

        private struct Document: Decodable {
            let databases: [Database]

            struct Database: Decodable { let tables: [Table] }
            struct Table: Decodable, Equatable {
                let name, sensing: String
                let volatile: [String]
            }
        }
    }
}
