import CommandSupport
import Rewind
import Testing

extension CommandTests {
    /// Each law by itself, against the reference service with the bug it is there for.
    @Suite struct LawTests {
        @Test(arguments: [
            ("no_server_error", "crash-on-unpaid-refund", 3),
            ("refusal_changes_nothing", "refused-refund-leaves-row", 3),
            ("safe_methods_change_nothing", "get-touches", 2), ("idempotent_replay", "key-is-only-a-lock", 1),
            ("key_with_other_body", "key-ignores-body", 1), ("two_at_once_with_one_key", "key-written-last", 1),
        ])
        func `catches its bug alone, and not the correct service`(law: String, bug: String, depth: Int) async throws {
            let scratch = try Scratch()
            let path = scratch.path("result.json")
            let options = ["--laws", law, "--max-depth", "\(depth)", "--json", path]
            _ = try await Tool(["demo", "--bug", bug] + options, in: scratch).end()
            let result = try ResultDocument(contentsOf: path)
            let found = result.violations.filter { $0.name == law }
            #expect(result.verdict == "violated" && !found.isEmpty && found.allSatisfy(\.confirmed))
            let laws = Set(Law.standard.map(\.name))
            #expect(Set(result.checks.map(\.name)).intersection(laws) == [law, "rewinding_is_faithful"])
            let probes = found.compactMap { $0.steps.last?.lawTrials }
            #expect(probes.isEmpty == (result.statistics.lawRequests == 0))

            let exploration = probes.isEmpty ? "payments" : "idempotency-keys"
            let correct = try await Tool(["demo", "--exploration", exploration] + options, in: scratch).end()
            #expect(correct.status == 0, "\(correct.output)")
        }

        @Test func `all together hold of the correct service, and their requests are few and counted`() async throws {
            let scratch = try Scratch()
            let path = scratch.path("result.json")
            let ending = try await Tool.run(
                "demo", "--exploration", "idempotency-keys", "--laws", "all", "--json", path, in: scratch)
            let result = try ResultDocument(contentsOf: path)
            #expect(result.verdict == "held", "\(ending.output)")
            // Four kinds of accepted keyed step: one replay, one other body, one alone and three pairs of each.
            #expect(result.statistics.lawRequests == 4 * (1 + 1 + 7))
            #expect(ending.output.contains("  The laws sent 36 requests of their own, in "))
            #expect(result.checks.filter { $0.timesChecked == 4 }.map(\.name).sorted().contains("key_with_other_body"))
        }

        @Test func `what two at once did is shown with both requests`() async throws {
            let scratch = try Scratch()
            let path = scratch.path("result.json")
            let ending = try await Tool.run(
                "demo", "--bug", "key-written-last", "--max-depth", "1", "--json", path, in: scratch)
            let result = try ResultDocument(contentsOf: path)
            let trials = try #require(
                result.violations.first { $0.name == "two_at_once_with_one_key" }?.steps.last?.lawTrials)
            #expect(trials.first?.exchanges.count == 1 && trials.first?.changedRows["db.orders"] == 1)
            #expect(trials.last?.exchanges.count == 2 && trials.last?.changedRows["db.orders"] == 2)
            #expect(trials.allSatisfy { $0.from == "before" })
            #expect(ending.output.contains("    From the state before it, at the same time:\n    > POST /orders"))
        }

        @Test func `what one found is replayed and reproduced with its requests, though it is not checked by default`()
            async throws
        {
            let scratch = try Scratch()
            func rewind(_ arguments: String...) async throws -> Ending {
                try await Tool(arguments, in: scratch, directory: scratch.folder).end()
            }
            let found = try await rewind(
                "demo", "--bug", "key-ignores-body", "--laws", "key_with_other_body", "--max-depth", "1", "--keep")
            let line = try #require(found.lines.first { $0.contains("Again: rewind replay ") })
            let id = String(line.suffix(8))
            let again = try await rewind("replay", id)
            #expect(again.status == 1 && again.output.contains("STILL FAILS"), "\(again.output)\(again.errors)")
            #expect(again.output.contains("\"200.00\""), "\(again.output)")
            let script = try await rewind("reproduce", id, "--as", "curl").output
            #expect(script.contains("\"amount\":\"100.00\"") && script.contains("\"amount\":\"200.00\""), "\(script)")
            #expect(script.contains("STILL FAILS: key_with_other_body"))
            let page = try await rewind("reproduce", id, "--as", "markdown").output
            #expect(page.contains("Sent by the law, from there:"), "\(page)")
        }

        @Test func `that does not exist is not looked for`() async throws {
            let ending = try await Tool.run("demo", "--laws", "idempotent_reply", in: try Scratch())
            #expect(ending.status == 2)
            #expect(ending.errors.contains("Did you mean idempotent_replay?"), "\(ending.errors)")
        }

        @Test func `are listed`() async throws {
            let scratch = try Scratch()
            let text = try await Tool.run("laws", in: scratch)
            #expect(text.status == 0)
            for law in Law.standard { #expect(text.output.contains(law.name)) }
            let json = try await Tool.run("laws", "--json", in: scratch)
            #expect(json.output.hasPrefix("{\n  \"format\" : \"rewind-laws\""))
        }
    }
}
