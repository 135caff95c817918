import ArgumentParser
import ExplorationFiles
import Foundation
import Orders
import Rewind

/// Replays and shrinks paths, whatever the tester of its exploration knows.
protocol PathReplayer: Sendable {
    func replay(_ path: [PathStep], expecting rule: String?) async -> ReplayResult
    func shrink(_ path: [PathStep], expecting rule: String?, maximumReplays: Int) async -> ShrinkResult
}

extension Explorer: PathReplayer {}

/// Where paths of a kept run are replayed: what it explored, opened or started again.
struct Stage: Sendable {
    let origin: KeptRun.Origin
    let place: OpenedExploration.Place
    /// Whether the reference service is started without the bug that it had.
    var isCorrected = false

    /// What must not be shown.
    func redaction() throws -> Redaction {
        guard case .file(let path, _) = origin else { return .standard }
        return try PlaceOptions.open(path, at: place).redaction
    }

    /// Where an API runs that nobody starts for a replay.
    /// - Throws: `ExitCode` once it was said that there is none.
    func runningURL() throws -> String {
        if let url = place.url { return url }
        if case .file(let path, _) = origin {
            let file = try PlaceOptions.open(path, at: place).file
            if file.api.start == nil, let url = try? file.api.url?.text([:]) { return url }
        }
        Terminal.note(
            "Rewind starts the API for every replay: just replay again. --watch is for one that runs by itself.")
        throw ExitCode.notDecided
    }

    /// Starts what is to be started, has paths replayed, and ends everything, whatever happens in between.
    /// - Throws: `ExitCode` once it was said what fails.
    func use<R: Sendable>(_ body: @Sendable (any PathReplayer) async throws -> R) async throws -> R {
        switch origin {
        case .file(let path, let hash):
            let opened = try PlaceOptions.open(path, at: place)
            if hash != RunStore.hash(ofFileAt: path) { Terminal.note("\(path) has changed since that run.") }
            return try await opened.sayingWhatFails {
                try await opened.withWorkers(1) { team in
                    try await body(try Explorer(opened.exploration, by: team.workers))
                }
            }
        case .demo(let name, let bug):
            guard let exploration = ZooExploration(rawValue: name) else {
                Terminal.note("This version has no exploration “\(name)”.")
                throw ExitCode.notDecided
            }
            let databases = try DemoDatabases(.temporaryFile, guarding: .testDatabasesOnly)
            defer { databases.remove() }
            let service = ServiceUnderTest(
                bug: isCorrected ? nil : bug.flatMap(Bug.init), exploration: exploration,
                database: try databases.next(), isCaching: false)
            return try await service.replaying(body)
        }
    }
}

extension OpenedExploration {
    /// Where a run of it comes from.
    var origin: KeptRun.Origin {
        let path = URL(fileURLWithPath: file.path).standardizedFileURL.path
        return .file(path: path, hash: RunStore.hash(ofFileAt: path) ?? "")
    }
}
