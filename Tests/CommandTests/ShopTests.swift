import CommandSupport
import Foundation
import Testing

extension CommandTests {
    /// An API with logins and roles, in Python, explored by a file: `Examples/yaml/shop.yaml`.
    @Suite(.enabled(if: Python.isThere, "Install python3."))
    struct ShopTests {
        private let scratch: Scratch
        private static let file = Repository.folder.appendingPathComponent("Examples/yaml/shop.yaml").path

        init() throws { scratch = try Scratch() }

        private func explored(
            bug: String? = nil, _ options: String...
        ) async throws -> (ending: Ending, result: ResultDocument) {
            let json = scratch.path("result.json")
            var environment = ["SHOP_DATABASE": scratch.path("shop-test.sqlite")]
            if let bug { environment["SHOP_BUG"] = bug }
            let ending = try await Tool(
                ["explore", Self.file, "--json", json] + options, in: scratch, secrets: environment
            ).end()
            guard FileManager.default.fileExists(atPath: json) else {
                throw DeadlinePassed(description: "No result: \(ending.output)\(ending.errors)")
            }
            return (ending, try ResultDocument(contentsOf: json))
        }

        @Test func `the correct one holds, and every arrow of its diagram was walked`() async throws {
            let (ending, result) = try await explored(bug: nil)
            #expect(result.verdict == "held" && ending.status == 0, "\(ending.output)\(ending.errors)")
            #expect(result.extent == "everything")
            let walked = Set(result.coverage.filter { $0.accepted > 0 && $0.targets != [$0.state] }.map(\.action))
            #expect(walked.isSuperset(of: ["create_order", "pay_order", "cancel_order", "refund_order"]))
            let text = try String(contentsOfFile: scratch.path("result.json"), encoding: .utf8)
            #expect(!text.contains("wonderland"))
        }

        @Test func `several workers share a login that is kept in the database`() async throws {
            let (_, alone) = try await explored()
            let (ending, together) = try await explored(bug: nil, "--workers", "2")
            #expect(together.verdict == "held" && ending.status == 0, "\(ending.output)\(ending.errors)")
            #expect(together.stateFingerprints.count == alone.stateFingerprints.count)
            #expect(together.statistics.transitions == alone.statistics.transitions)
        }

        @Test(arguments: [
            ("customer-can-refund", ["create_order", "pay_order", "refund_as_customer"]),
            ("foreign-order-visible", ["login_as_stranger", "create_order", "look_as_stranger"]),
            ("refund-twice", ["login_as_support", "create_order", "pay_order", "refund_order", "refund_order"]),
        ])
        func `each bug is found by a shortest path`(bug: String, steps: [String]) async throws {
            let (ending, result) = try await explored(bug: bug)
            #expect(result.verdict == "violated" && ending.status == 1, "\(ending.output)\(ending.errors)")
            // Who logs in first does not matter.
            #expect(result.shortestPath?.sorted() == steps.sorted(), "\(ending.output)")
            #expect(result.shortestPath?.last == steps.last)
        }

        @Test func `the doctor takes databases and API from the file`() async throws {
            let environment = ["SHOP_DATABASE": scratch.path("shop-test.sqlite")]
            let ending = try await Tool(["doctor", Self.file], in: scratch, secrets: environment).end()
            #expect(ending.status == 0, "\(ending.output)\(ending.errors)")
            let lines = ending.lines.filter { $0.hasPrefix("ok") || $0.hasPrefix("w") || $0.hasPrefix("p") }.map {
                line in
                line.split(separator: " ").prefix(2).joined(separator: " ")
            }
            #expect(
                lines == [
                    "ok rewind", "ok file", "ok database", "ok name", "ok leftovers", "ok rewinding", "ok API",
                    "ok clock",
                ], "\(ending.output)")
        }

        @Test func `the doctor says what is wrong with a file`() async throws {
            try scratch.write("name: bad\nactoins: {}\n", to: "bad.yaml")
            let ending = try await Tool.run("doctor", scratch.path("bad.yaml"), in: scratch)
            #expect(ending.status == 2)
            #expect(ending.output.contains("problem  file") && ending.output.contains("actoins"), "\(ending.output)")
        }
    }
}
