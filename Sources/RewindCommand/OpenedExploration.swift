import ExplorationFiles
import Foundation
import Rewind
import RewindHTTP

/// An exploration file that was read and understood: what it says to try, and what it takes to try it.
///
/// ```swift
/// let opened = try OpenedExploration(path, at: .init(url: nil, guarding: .testDatabasesOnly))
/// let result = try await opened.withWorkers(1) { team in … Explorer(opened.exploration, by: team.workers) … }
/// ```
struct OpenedExploration: Sendable {
    /// What the command line says of where it is explored.
    struct Place: Sendable {
        /// Of an API that runs already; it is then not started.
        var url: String?
        var guarding: DatabaseGuard
    }

    let file: ExplorationFile
    let exploration: Exploration<FileContext>
    let place: Place
    /// Hides what the file took from the environment.
    let redaction: Redaction
    private let access: Access

    /// Reads the file and what it imports.
    /// - Throws: `FileErrors`.
    init(_ path: String, at place: Place) throws { try self.init(ExplorationFile(contentsOf: path), at: place) }

    /// - Throws: `FileErrors`.
    init(_ file: ExplorationFile, at place: Place) throws {
        self.file = file
        self.place = place
        redaction = Redaction.standard.hiding(literals: file.secrets)
        exploration = try file.exploration()
        access = try Access(file)
    }

    /// The file's name for reports.
    var title: String { file.name?.value ?? URL(fileURLWithPath: file.path).lastPathComponent }

    /// Starts what the file says is to be started, makes that many workers, has them used, and ends everything, whatever
    /// happens in between.
    /// - Parameter notingFailure: is given the result, and asks what the API has to say about how it ended.
    func withWorkers<R: Sendable>(
        _ count: Int, _ body: (WorkerTeam) async throws -> R,
        notingFailure: (R, () async -> [String]) async -> Void = { _, _ in }
    ) async throws -> R {
        let worlds = try await FileWorlds(file, at: place, access, workers: count)
        return try await WorkerTeam.use(worlds, workers: count, body, notingFailure: notingFailure)
    }
}
