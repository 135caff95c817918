import Rewind

/// A counterexample as a test for Swift Testing: a file that passes once it is fixed.
public struct SwiftTest: Sendable {
    private let counterexample: RecordedCounterexample
    private let exploration: String
    private let module: String

    /// - Parameters:
    ///   - exploration: a Swift expression of the exploration, such as `payments`.
    ///   - module: where it is declared.
    public init(_ counterexample: RecordedCounterexample, of exploration: String, in module: String) {
        self.counterexample = counterexample
        self.exploration = exploration
        self.module = module
    }

    public var text: String {
        let imports = Set(["Foundation", "Rewind", "RewindHTTP", "RewindSQLite", "Testing", module]).sorted()
        let path = counterexample.path.map { "            \(literal($0.description)),\n" }.joined()
        return """
            \(imports.map { "import \($0)" }.joined(separator: "\n"))

            /// \(oneLine(counterexample.rule)): \(oneLine(counterexample.statement))
            ///
            /// \(oneLine(counterexample.message))
            ///
            /// Needs the API at $BASE_URL, and its SQLite database at $DATABASE, which is returned to where it was. For
            /// PostgreSQL, put a PostgresSystem in the place of the SQLiteSystem.
            @Suite(.enabled(if: ProcessInfo.processInfo.environment["BASE_URL"] != nil, "Set BASE_URL and DATABASE."))
            struct `Counterexample \(counterexample.id)` {
                @Test func `does not break \(name(counterexample.rule)) any more`() async throws {
                    let environment = ProcessInfo.processInfo.environment
                    let api = try API(baseURL: environment["BASE_URL"] ?? "")
                    let database = SQLiteSystem(path: environment["DATABASE"] ?? "")
                    let explorer = try Explorer(\(exploration), in: World(api: api, systems: [database]))
                    let path: [PathStep] = [
            \(path)        ]
                    let result = await explorer.replay(path, expecting: \(literal(counterexample.rule)))
                    #expect(result.isFixed, "\\(result)")
                }
            }

            """
    }

    private func literal(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case "\0"..<" ": escaped += "\\u{\(String(scalar.value, radix: 16))}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return "\"\(escaped)\""
    }

    private func oneLine(_ text: String) -> String { printable(text) }

    /// Without what can't stand in a name between backticks.
    private func name(_ text: String) -> String { printable(text).filter { $0 != "`" && $0 != "\\" } }
}
