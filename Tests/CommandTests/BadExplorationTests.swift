import CommandSupport
import Rewind
import RewindHTTP
import SQLiteDriver
import Testing

extension CommandTests {
    /// Mistakes in the tester's own part: never a pass.
    @Suite struct BadExplorationTests {
        private struct Broken: Error, CustomStringConvertible {
            var description: String { "The tester made a mistake." }
        }

        @Test func `an action that throws is a failure of that action`() async throws {
            let scratch = try Scratch()
            let database = scratch.path("stub.db")
            let api = try StubAPI(database: database)
            defer { api.stop() }
            let before = try dump(database)
            let broken = Action<Knowledge>("look") { _ in throw Broken() }.when { $0.isClosed }
            let result = try await explore(api.url, on: database, actions: stubActions + [broken])
            #expect(
                result.reasons == [
                    "action look failed: The tester made a mistake. It happened after create → close.",
                    "look was never accepted (1 try): what follows it was not explored.",
                ])
            #expect(try dump(database) == before)
        }

        @Test func `an invariant that throws is a failure of the check, never a pass`() async throws {
            let scratch = try Scratch()
            let database = scratch.path("stub.db")
            let api = try StubAPI(database: database)
            defer { api.stop() }
            let before = try dump(database)
            let broken = Invariant<Knowledge>("closed_once") { _ in throw Broken() }.when(\.isClosed)
            let result = try await explore(api.url, on: database, invariants: [broken])
            #expect(
                result.reasons == [
                    "invariant closed_once failed: The tester made a mistake. It happened after create → close."
                ])
            #expect(result.violations.isEmpty)
            #expect(try dump(database) == before)
        }

        @Test func `an invariant whose query is wrong is a failure of the check`() async throws {
            let scratch = try Scratch()
            let database = scratch.path("stub.db")
            let api = try StubAPI(database: database)
            defer { api.stop() }
            let broken = Invariant<Knowledge>("no_orphans") { try await $0.db.rows("SELECT * FROM itms").isEmpty }
            let result = try await explore(api.url, on: database, invariants: [broken])
            let reason = try #require(result.reasons.first)
            #expect(reason.hasPrefix("invariant no_orphans failed 3 times: "), "\(reason)")
            #expect(reason.contains("no such table: itms"), "\(reason)")
        }

        @Test func `an exploration in which nothing can be sent decides nothing`() async throws {
            let never = Exploration(of: Knowledge.self) { Action("pay") { _ in .accepted }.when { $0.item != nil } }
            let result = await (try Explorer(never, in: World())).explore()
            #expect(result.reasons == ["Nothing was tried: no action could be formed, or a limit came first."])
            #expect(result.warnings == ["pay was never sent: its precondition held in no state reached."])
        }

        @Test func `an exploration that contradicts itself is not started`() throws {
            let create = Action<Knowledge>("create") { _ in .accepted }
            let cases: [(Exploration<Knowledge>, String)] = [
                (
                    Exploration(of: Knowledge.self) { [create, create] },
                    "Two actions have the name “create”. Names identify them in paths; rename one."
                ),
                (
                    Exploration(of: Knowledge.self) {
                        create
                        Invariant("fine") { _ in true }
                        Invariant("fine") { _ in true }
                    },
                    "Two invariants have the name “fine”. Names identify them in paths; rename one."
                ),
                (
                    Exploration(of: Knowledge.self) {
                        create
                        StateMachine(\.isClosed) { Arrow("clsoe", from: false, to: true) }
                    },
                    "The state machine has an arrow for “clsoe”, but no action has that name. The actions are create."
                ),
                (
                    Exploration(of: Knowledge.self) { Action("refund", over: [String]()) { _, _ in .accepted } },
                    "Action “refund” has an empty argument domain, so it can never run."
                ),
                (
                    Exploration(of: Knowledge.self) { [Action<Knowledge>]() },
                    "The exploration has no action: there is nothing to try."
                ),
                (
                    Exploration(of: Knowledge.self) { create }.without(law: "no_errors", because: "we know"),
                    "There is no law “no_errors” to switch off. The laws are no_server_error, refusal_changes_nothing, "
                        + "safe_methods_change_nothing, idempotent_replay, key_with_other_body, "
                        + "two_at_once_with_one_key, rewinding_is_faithful."
                ),
            ]
            for (exploration, message) in cases {
                let error = #expect(throws: ExplorationError.self) { try Explorer(exploration, in: World()) }
                #expect(error?.description == message)
            }
        }

        @Test(arguments: [
            (
                "127.0.0.1:8080",
                "The base URL “127.0.0.1:8080” does not start with http:// or https://: give one such as http://127.0.0.1:8080."
            ),
            ("http://", "The base URL “http://” has no host: give one such as http://127.0.0.1:8080."),
        ])
        func `a wrong URL is refused before anything is touched`(url: String, message: String) {
            let error = #expect(throws: APIError.self) { try API(baseURL: url) }
            #expect(error?.description == message)
        }
    }
}
