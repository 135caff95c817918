/// A database and what happens to it, made up from a seed: every type, every kind of key, partition and trigger, and
/// statements that collide with each other as often as possible.
struct RandomCase: CustomStringConvertible {
    /// A statement, and which of the API's two connections sends it.
    struct Statement {
        var connection: Int
        var sql: String
    }

    enum Step {
        /// One request of the API: statements of which some may fail.
        case request([Statement])
        /// Go to the state reached after that many requests, modulo how many there are.
        case move(Int)
    }

    enum Ending: CaseIterable { case end, restore, nextRun }

    let seed: UInt64
    /// What each of the API's connections sets.
    var settings: [[String]]
    var setup: [String]
    var steps: [Step]
    var ending: Ending

    /// - Parameter onlyNewRows: whether every row that is there at the start stays as it is.
    init(seed: UInt64, onlyNewRows: Bool = false) {
        self.seed = seed
        var random = SeededGenerator(seed: seed)
        settings = (0...1).map { _ in Self.settings(&random) }
        let schema = RandomSchema(&random)
        setup = schema.statements
        for _ in 0..<random.int(0...12) { setup.append(schema.insert(&random)) }
        steps = (0..<random.int(2...12)).map { number in
            if number > 0, random.oneIn(3) { return .move(random.int(0...20)) }
            return .request(
                onlyNewRows ? [Statement(connection: 0, sql: schema.insert(&random))] : schema.request(&random))
        }
        ending = random.pick(Ending.allCases)
    }

    private static func settings(_ random: inout SeededGenerator) -> [String] {
        let all = [
            "DateStyle = 'SQL, DMY'", "IntervalStyle = 'sql_standard'", "extra_float_digits = -15",
            "bytea_output = 'escape'",
            "TimeZone = 'Asia/Kathmandu'", "client_encoding = 'LATIN1'", "search_path = \"S 1\", public, types",
            "array_nulls = on",
            "session_replication_role = replica", "quote_all_identifiers = on", "xmloption = document",
            "default_transaction_isolation = 'repeatable read'", "row_security = on", "IntervalStyle = 'iso_8601'",
        ]
        return all.filter { _ in random.oneIn(5) }
    }

    var description: String {
        let lines = steps.map { step in
            switch step {
            case .request(let statements):
                "-- request\n" + statements.map { "/*\($0.connection)*/ \($0.sql);" }.joined(separator: "\n")
            case .move(let number): "-- move \(number)"
            }
        }
        return """
            -- seed \(seed), ending \(ending), settings \(settings)
            \(setup.joined(separator: ";\n"));
            -- begin
            \(lines.joined(separator: "\n"))
            """
    }

    /// The cases that have one thing less, big things first.
    var smaller: [RandomCase] { withFewerSteps + withFewerStatements + withLessSetup }

    private var withFewerSteps: [RandomCase] { steps.indices.map { index in changed { $0.steps.remove(at: index) } } }

    private var withFewerStatements: [RandomCase] {
        steps.indices.flatMap { index -> [RandomCase] in
            guard case .request(let statements) = steps[index], statements.count > 1 else { return [] }
            return statements.indices.map { number in
                var fewer = statements
                fewer.remove(at: number)
                return changed { $0.steps[index] = .request(fewer) }
            }
        }
    }

    private var withLessSetup: [RandomCase] {
        let settings = (0...1).filter { !self.settings[$0].isEmpty }.map { index in changed { $0.settings[index] = [] }
        }
        // From the end: what is made later depends on what is made earlier.
        return settings + setup.indices.reversed().map { index in changed { $0.setup.remove(at: index) } }
    }

    private func changed(_ change: (inout RandomCase) -> Void) -> RandomCase {
        var copy = self
        change(&copy)
        return copy
    }
}
