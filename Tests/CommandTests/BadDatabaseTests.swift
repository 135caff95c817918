import CommandSupport
import Foundation
import Rewind
import RewindSQLite
import SQLiteDriver
import Testing

extension CommandTests {
    /// Files that can't be explored: told apart, and left alone.
    @Suite struct BadDatabaseTests {
        private static let untrusted: URL = FileManager.default.homeDirectoryForCurrentUser
            .appendingPathComponent("latest-\(UUID().uuidString.filter(\.isNumber))")
        private static let homeIsProtected =
            (try? DatabaseGuard.testDatabasesOnly.check(untrusted.appendingPathComponent("shop.db").path)) == nil
        /// A superuser can write everywhere; another user is borrowed then.
        private static let user: Int? = geteuid() == 0 ? 65534 : nil

        @Test func `a missing file is named`() async throws {
            let scratch = try Scratch()
            let path = scratch.path("missing.db")
            let ending = try await Tool.run("restore", path, in: scratch)
            #expect(ending.status == 2)
            #expect(
                ending.errors
                    == "There is no database at \(path). Start the API once so that it makes the file, or correct the path.\n"
            )
        }

        @Test func `a file that is no database is named`() async throws {
            let scratch = try Scratch()
            let path = scratch.path("letter.db")
            try scratch.write(String(repeating: "Dear all, ", count: 500), to: "letter.db")
            let restored = try await Tool.run("restore", path, in: scratch)
            #expect(restored.status == 2)
            #expect(
                restored.errors
                    == "The file \(path) is not a readable SQLite database: file is not a database. It is another kind of "
                    + "file, encrypted, or damaged.\n")
            let explored = try await Tool.run("demo", "--exploration", "payments", "--database", path, in: scratch)
            #expect(explored.status == 2)
            #expect(explored.errors.hasPrefix("Error: The service did not start. "))
            #expect(explored.errors.contains("file is not a database"))
            #expect(try scratch.leftovers() == [])
        }

        @Test func `a place where no file can be is named`() async throws {
            let scratch = try Scratch()
            let path = scratch.path("missing/orders.db")
            let ending = try await Tool.run("demo", "--exploration", "payments", "--database", path, in: scratch)
            #expect(ending.status == 2)
            #expect(ending.errors.contains("Error: The service did not start. "))
            #expect(ending.errors.contains("unable to open database file: \(path)"))
        }

        @Test(.enabled(if: homeIsProtected, "the home directory looks like a place for tests"))
        func `a database that does not look like one for tests is left alone, unless that is meant`() async throws {
            let scratch = try Scratch()
            try FileManager.default.createDirectory(at: Self.untrusted, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: Self.untrusted) }
            let path = Self.untrusted.appendingPathComponent("shop.db").path
            let refused = try await Tool.run("demo", "--exploration", "payments", "--database", path, in: scratch)
            #expect(refused.status == 2)
            #expect(refused.errors.hasPrefix("Error: \(path) does not look like a test database: "))
            #expect(
                refused.errors.contains("allow it with guarding: .anyDatabase, or --any-database on the command line."))
            // Not even the service was started on it.
            #expect(!FileManager.default.fileExists(atPath: path))
            let arguments = [
                "demo", "--exploration", "payments", "--database", path, "--any-database", "--max-depth", "2",
            ]
            #expect(try await Tool(arguments, in: scratch).end().status == 0)
        }

        @Test func `a file or folder that can't be written is named`() async throws {
            let scratch = try Scratch()
            let path = try await filledDatabase(in: scratch)
            // A database without write-ahead log needs nothing beside it to be read.
            try SQLiteConnection(path: path).execute("PRAGMA journal_mode = DELETE")
            try set(0o444, path)
            try set(0o777, scratch.folder.path)
            let fileRefused = try await Tool.run("restore", path, in: scratch, asUser: Self.user)
            #expect(fileRefused.status == 2)
            #expect(
                fileRefused.errors
                    == "The database \(path) is read-only for this user. Rewind has to write to it to go back.\n")
            try set(0o777, scratch.temporary.path)
            let explored = try await Tool(
                ["demo", "--exploration", "payments", "--database", path], in: scratch, asUser: Self.user
            ).end()
            #expect(explored.status == 2)
            #expect(explored.errors.contains("Error: The service did not start. "), "\(explored.errors)")
            #expect(explored.errors.contains("readonly database"), "\(explored.errors)")
            try set(0o666, path)
            try set(0o555, scratch.folder.path)
            defer { try? set(0o755, scratch.folder.path) }
            let folderRefused = try await Tool.run("restore", path, in: scratch, asUser: Self.user)
            #expect(folderRefused.status == 2)
            #expect(
                folderRefused.errors
                    == "The folder \(scratch.folder.path) is read-only for this user. SQLite has to make its journal beside "
                    + "the database.\n")
        }

        @Test func `a lock that is not let go of is named`() async throws {
            let scratch = try Scratch()
            let path = try await filledDatabase(in: scratch)
            let before = try dump(path)
            let other = try SQLiteConnection(path: path)
            try other.execute("BEGIN EXCLUSIVE")
            let restoring = try Tool(["restore", path], in: scratch)
            let exploring = try Tool(["demo", "--exploration", "payments", "--database", path], in: scratch)
            let restored = try await restoring.end()
            #expect(restored.status == 2)
            #expect(
                restored.errors
                    == "The database \(path) is locked: another connection holds a write lock for more than 5 s. A "
                    + "transaction that the API left open is the usual cause.\n")
            let explored = try await exploring.end()
            #expect(explored.status == 2)
            #expect(explored.errors.contains("database is locked"))
            try other.execute("ROLLBACK")
            #expect(try dump(path) == before)
        }

        @Test func `a database that is being explored is left to that exploration`() async throws {
            let scratch = try Scratch()
            let path = try await filledDatabase(in: scratch)
            let before = try dump(path)
            let first = SQLiteSystem(path: path)
            try await first.begin()
            let sentence =
                "The database \(path) is being explored by process \(ProcessInfo.processInfo.processIdentifier), which is "
                + "still running. Wait for it, stop it, or explore a copy."
            let second = try await Tool.run("demo", "--exploration", "payments", "--database", path, in: scratch)
            #expect(second.status == 2)
            #expect(second.output.hasPrefix("NOT DECIDED\n  • \(sentence)\n"))
            let restored = try await Tool.run("restore", path, in: scratch)
            #expect(restored.status == 2)
            #expect(restored.errors == sentence + "\n")
            try await first.end()
            #expect(try dump(path) == before)
        }

        @Test func `nothing to restore is no error`() async throws {
            let scratch = try Scratch()
            let path = try await filledDatabase(in: scratch)
            let ending = try await Tool.run("restore", path, in: scratch)
            #expect(ending.status == 0)
            #expect(ending.output == "\(path): nothing to restore.\n")
        }

        private func set(_ permissions: Int, _ path: String) throws {
            try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
        }
    }
}
