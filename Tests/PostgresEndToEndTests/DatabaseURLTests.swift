import CommandSupport
import Foundation
import Testing

extension PostgresEndToEndTests {
    /// Which database is explored, which is not, and what is said of either.
    @Suite struct DatabaseURLTests {
        @Test func `the database of the environment is explored, and left as it was`() async throws {
            let scratch = try Scratch()
            let database = try await filledDatabase(in: scratch)
            let before = try await database.content()
            let tool = try Tool(
                ["demo", "--exploration", "payments", "--database", "postgres"], in: scratch, databaseURL: database.url)
            try await eventually("an exploration of it") { try database.holdsAnythingOfRewind || !tool.isRunning }
            #expect(tool.isRunning)
            let ending = try await tool.end()
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(try await database.content() == before)
            #expect(try database.holdsAnythingOfRewind == false)
        }

        @Test func `a database that does not say it is for tests is refused before anything is written`() async throws {
            let scratch = try Scratch()
            let database = try Database(named: "shop")
            let refused = try await Tool.run(
                "demo", "--exploration", "payments", "--database", database.url, in: scratch)
            #expect(refused.status == 2)
            #expect(refused.output == "")
            #expect(
                refused.errors.hasPrefix(
                    "Error: The database “\(database.name)” does not look like a test database: its name has none of "
                        + "the words "))
            #expect(
                refused.errors.contains("allow it with guarding: .anyDatabase, or --any-database on the command line."))
            #expect(try database.tables == "")
            let arguments = [
                "demo", "--exploration", "payments", "--database", database.url, "--any-database", "--max-depth", "2",
            ]
            let allowed = try await Tool(arguments, in: scratch).end()
            #expect(allowed.status == 0, "\(allowed.errors)")
            #expect(try database.tables.contains("orders"))
            #expect(try database.query("SELECT count(*) FROM orders") == "0")
        }

        @Test func `restoring says what it did, or that there was nothing to do`() async throws {
            let scratch = try Scratch()
            let database = try await filledDatabase(in: scratch)
            let before = try await database.content()
            let place = "“\(database.name)” at \(database.server.socketDirectory)"
            let idle = try await Tool.run("restore", database.url, in: scratch)
            #expect(idle.status == 0)
            #expect(idle.output == "\(place): nothing to restore.\n")

            let tool = try Tool(["demo", "--exploration", "payments", "--database", database.url], in: scratch)
            try await eventually("an order") { try database.query("SELECT count(*) FROM orders") == "13" }
            let running = try await Tool.run("restore", database.url, in: scratch)
            #expect(running.status == 2)
            #expect(
                running.errors.hasPrefix(
                    "The database \(place) is being explored by rewind, process \(tool.processID) from this machine"))
            let service = Processes.children(of: tool.processID)
            tool.signal(SIGKILL)
            _ = try await tool.end()
            try await eventually("the end of the service") { !service.contains(where: Processes.isRunning) }
            let restored = try await Tool.run("restore", database.url, in: scratch)
            #expect(restored.status == 0)
            #expect(restored.errors == "")
            #expect(restored.output.hasPrefix("\(place): the exploration of process \(tool.processID) is undone: "))
            #expect(try await database.content() == before)
        }

        @Test func `a machine without PostgreSQL is told how to get it`() async throws {
            // Where this can't be done, the tests of the private server alone say so.
            guard Namespaces.arePermitted else { return }
            let scratch = try Scratch()
            let tool = try Tool(
                ["demo", "--exploration", "payments", "--database", "postgres"], in: scratch,
                through: Namespaces.withoutPostgres)
            let ending = try await tool.end()
            #expect(ending.status == 2)
            #expect(ending.output == "")
            #expect(
                ending.errors
                    == "Error: PostgreSQL 15 or newer is not installed: no directory has initdb, postgres and psql. Install "
                    + "it with `apt-get install postgresql` or `brew install postgresql`.\n")
            #expect(try scratch.leftovers() == [])
        }
    }
}

/// A view of the file system without PostgreSQL, for one program. It takes a superuser and Debian's places.
private enum Namespaces {
    static let withoutPostgres =
        ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", "mount -t tmpfs none \(folder) && exec \"$@\"", "sh"]
    private static let folder = "/usr/lib/postgresql"

    static var arePermitted: Bool {
        guard geteuid() == 0, FileManager.default.fileExists(atPath: folder),
            let trial = try? Process.run(
                URL(fileURLWithPath: "/usr/bin/env"), arguments: withoutPostgres + ["/bin/true"])
        else { return false }
        trial.waitUntilExit()
        return trial.terminationStatus == 0
    }
}
