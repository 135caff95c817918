import Rewind

extension Rights {
    /// Everything, a line each, for a person who wants to explore the database.
    public var description: String {
        var lines = ["Role: “\(role)”\(isSuperuser ? ", a superuser" : "")."]
        switch moving {
        case .fast: lines.append("Moves: fast, with triggers and foreign keys switched off for Rewind's session.")
        case .ordered:
            lines.append(
                """
                Moves: ordered, with foreign keys on and the triggers of the tables concerned switched off meanwhile. For the \
                fast way, have a superuser run GRANT SET ON PARAMETER session_replication_role TO the role.
                """)
        }
        if !recorded.isEmpty { lines.append("Recorded by triggers: \(Self.listed(recorded)).") }
        if !read.isEmpty { lines.append("Read and compared: \(Self.listed(read)).") }
        for what in notTakenBack { lines.append("Noticed, but not taken back: \(what).") }
        for obstacle in obstacles { lines.append("In the way: \(obstacle).") }
        lines.append(suffice ? "Missing rights: none." : refusal)
        return lines.joined(separator: "\n")
    }

    /// Why an exploration can't begin, and what to run.
    var refusal: String {
        let grants = missingGrants.map { "    \($0);" }
        var lines = ["The role “\(role)” lacks rights. Have a superuser run:"] + grants
        for (table, name) in toExempt.sorted(by: { $0.key < $1.key }) {
            lines.append(
                "The table “\(table)” belongs to the extension “\(name)”: if the API does not write to it, exempt it instead."
            )
        }
        if canBeCopied {
            lines.append(
                "Without them it can be explored by copies of the database, slowly: PostgresCloneSystem(url:).")
        }
        return lines.joined(separator: "\n")
    }

    private static func listed(_ names: [String]) -> String { names.map { "“\($0)”" }.joined(separator: ", ") }
}
