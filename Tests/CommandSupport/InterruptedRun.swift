import Foundation

/// `rewind explore` of the payments file in a folder of its own, interrupted and gone on with.
package struct InterruptedRun: Sendable {
    package let scratch: Scratch
    package let folder: URL
    private let bug: String?
    private let url: String?
    private let options: [String]

    /// - Parameter url: of a PostgreSQL database; a SQLite file otherwise.
    package init(bug: String? = nil, on url: String? = nil, _ options: [String] = []) throws {
        scratch = try Scratch()
        folder = scratch.folder.appendingPathComponent("project")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        (self.bug, self.url, self.options) = (bug, url, options)
    }

    package func start(_ arguments: String...) throws -> Tool {
        try PaymentsFile.explored(options + arguments, bug: bug, on: url, in: scratch, directory: folder)
    }

    /// Explores to the end, and gives the result document.
    package func end(_ arguments: String...) async throws -> (ending: Ending, result: ResultDocument) {
        let path = scratch.path("result-\(UUID().uuidString).json")
        let ending = try await PaymentsFile.explored(
            options + arguments + ["--json", path], bug: bug, on: url, in: scratch, directory: folder
        ).end()
        guard let result = try? ResultDocument(contentsOf: path) else {
            throw DeadlinePassed(description: "No result: \(ending.output)\(ending.errors)")
        }
        return (ending, result)
    }

    /// Starts it, and sends a signal once that many steps were written down.
    package func interrupt(after steps: Int, by signal: Int32, _ arguments: String...) async throws -> Ending {
        let tool = try PaymentsFile.explored(options + arguments, bug: bug, on: url, in: scratch, directory: folder)
        try await eventually("\(steps) steps") { !tool.isRunning || stepsWritten >= steps }
        let service = Processes.children(of: tool.processID)
        tool.signal(signal)
        let ending = try await tool.end()
        try await eventually("the end of the API") { !service.contains(where: Processes.isRunning) }
        return ending
    }

    private var runs: URL { folder.appendingPathComponent(".rewind/runs") }

    /// The lines of all walks.
    private var stepsWritten: Int {
        let ids = (try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []
        return ids.flatMap { id in ["walk.jsonl", "walk-new.jsonl"].map { runs.appendingPathComponent("\(id)/\($0)") } }
            .compactMap { try? Data(contentsOf: $0).count { $0 == UInt8(ascii: "\n") } }.max() ?? 0
    }
}

/// What must be the same of two explorations, however often one was interrupted.
package struct Gist: Equatable, Sendable {
    let verdict: String
    let extent: String?
    let states: [String]
    let transitions, depth, frontier, invariantsChecked: Int
    let violations: [String]
    let coverage: [ResultDocument.Coverage]
    let checks: [ResultDocument.Check]
    let warnings, learned: [String]

    package init(_ result: ResultDocument) {
        (verdict, extent, states) = (result.verdict, result.extent, result.stateFingerprints)
        (transitions, depth) = (result.statistics.transitions, result.statistics.depth)
        (frontier, invariantsChecked) = (result.statistics.frontier, result.statistics.invariantsChecked)
        violations = result.violations.map { "\($0.id) \($0.name) \($0.path) \($0.message) \($0.confirmed)" }.sorted()
        coverage = result.coverage.sorted { ($0.state, $0.action) < ($1.state, $1.action) }
        // How often rewinding is looked at depends on the time there is.
        checks = result.checks.filter { $0.name != "rewinding_is_faithful" }
        (warnings, learned) = (result.warnings, result.learnedVolatile)
    }
}
