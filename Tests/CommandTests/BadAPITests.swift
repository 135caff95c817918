import CommandSupport
import Foundation
import HTTPServer
import Rewind
import SQLiteDriver
import Synchronization
import Testing

extension CommandTests {
    /// An API that is down, dies, or does not behave: told apart, and the database is as before.
    @Suite struct BadAPITests {
        @Test func `an API that is down is not decided at once, with the remedy`() async throws {
            let scratch = try Scratch()
            let database = scratch.path("stub.db")
            let api = try StubAPI(database: database)
            api.stop()
            let before = try dump(database)
            let result = try await explore(api.url, on: database)
            #expect(
                result.reasons == [
                    "Could not reach the API at \(api.url): connection refused. Nothing was sent. Is the API running? "
                        + "Start it, or check the base URL. It happened during create, after no other step."
                ])
            #expect(result.transitions == 0)
            #expect(try dump(database) == before)
        }

        @Test func `an API that dies midway is not decided, with the path`() async throws {
            let scratch = try Scratch()
            let database = try await filledDatabase(in: scratch)
            let before = try dump(database)
            let tool = try Tool(["demo", "--exploration", "payments", "--database", database], in: scratch)
            let connection = try SQLiteConnection(path: database, flags: .readOnly)
            // By then all kinds of steps are known: none is being repeated, which would be told as an answer that differs.
            try await eventually("some refunds") { try connection.number("SELECT count(*) FROM refunds") > 4 }
            let service = try #require(Processes.children(of: tool.processID).first)
            kill(service, SIGKILL)
            let ending = try await tool.end()
            #expect(ending.status == 2)
            #expect(ending.output.hasPrefix("NOT DECIDED\n  • Could not reach the API at http://127.0.0.1:"))
            #expect(ending.output.contains(" It happened "))
            #expect(ending.output.contains(", after ") || ending.output.contains(" was checked."))
            #expect(ending.errors.contains("The service was ended by signal 9."))
            #expect(try dump(database) == before)
            #expect(try scratch.leftovers() == [])
        }

        @Test func `an answer of 500 breaks a law`() async throws {
            let scratch = try Scratch()
            let database = scratch.path("stub.db")
            let api = try StubAPI(database: database) { request, _ in
                request.path.hasSuffix("/close") ? HTTPResponse(status: 500, body: Array("oops".utf8)) : nil
            }
            defer { api.stop() }
            let result = try await explore(api.url, on: database)
            #expect(result.verdict == .violated)
            let violation = try #require(result.violations.first)
            #expect(violation.rule.name == "no_server_error")
            #expect(violation.message == "POST /items/2/close answered 500.")
            #expect(violation.counterexample.path == ["create", "close"])
            #expect(violation.isConfirmed)
        }

        @Test func `a body that is no JSON is a failure of the action, with the request`() async throws {
            let scratch = try Scratch()
            let database = scratch.path("stub.db")
            let api = try StubAPI(database: database) { request, _ in
                request.path == "/items" ? HTTPResponse(status: 200, body: Array("<html>Welcome".utf8)) : nil
            }
            defer { api.stop() }
            let result = try await explore(api.url, on: database)
            let reason = try #require(result.reasons.first)
            #expect(reason.hasPrefix("action create failed: POST /items answered 200, but "), "\(reason)")
            #expect(reason.contains("The body begins: <html>Welcome"), "\(reason)")
            #expect(reason.hasSuffix(" It happened after no other step."), "\(reason)")
        }

        @Test func `an API that changes the schema is not decided, and its rows are put back`() async throws {
            let scratch = try Scratch()
            let database = scratch.path("stub.db")
            let api = try StubAPI(database: database) { request, connection in
                if request.path.hasSuffix("/close") {
                    try connection.execute("CREATE TABLE IF NOT EXISTS audit (note TEXT)")
                }
                return nil
            }
            defer { api.stop() }
            let before = try dump(database)
            let result = try await explore(api.url, on: database)
            let reason = try #require(result.reasons.first)
            #expect(
                reason.hasPrefix(
                    "The schema of \(database) changed during the exploration: the table “audit” was added. Rewind undoes "
                        + "changes of rows, not of definitions. Let the API make its tables before exploring."),
                "\(reason)")
            #expect(reason.contains("could not be brought back fully: the table “audit” was added."), "\(reason)")
            #expect(try dump(database).filter { !$0.contains("audit") } == before)
        }

        @Test func `an API with another database is suspected`() async throws {
            let scratch = try Scratch()
            let api = try StubAPI(database: scratch.path("its-own.db"))
            defer { api.stop() }
            let given = scratch.path("given.db")
            try SQLiteConnection(path: given).execute("CREATE TABLE item (id INTEGER PRIMARY KEY, status TEXT)")
            let result = try await explore(api.url, on: given)
            #expect(result.verdict != .held(.everything))
            #expect(
                result.warnings.contains(
                    "Requests were accepted, and nothing ever changed in db. Does the API use another database?"))
        }

        @Test func `an API that answers from its memory is not rewindable, with evidence`() async throws {
            let scratch = try Scratch()
            let database = try await filledDatabase(in: scratch)
            let before = try dump(database)
            let ending = try await Tool.run(
                "demo", "--exploration", "payments", "--caching-api", "--database", database, in: scratch)
            #expect(ending.status == 2)
            #expect(ending.output.hasPrefix("NOT DECIDED\n  • Not rewindable: "))
            #expect(
                ending.lines[1].contains(" was sent again from a state the walk had returned to, and was answered "))
            #expect(ending.lines[1].contains(" at first, "))
            #expect(ending.lines[1].contains(" after going back"))
            #expect(ending.lines[1].contains(" Path: create_order"))
            #expect(ending.lines[1].contains("Usual causes: a cache in the API's memory"))
            #expect(!ending.output.contains("Confirmed: replayed"))
            #expect(try dump(database) == before)
        }
    }
}
