import ExplorationFiles
import Foundation
import Rewind
import RewindHTTP

/// The worlds of an exploration file: its systems, and its API, running or started.
actor FileWorlds: WorldSource {
    private let file: ExplorationFile
    private let place: OpenedExploration.Place
    private let access: Access
    /// One for each of the file's systems.
    private var databases: [CopiedDatabases] = []
    private var started: [StartedAPI] = []
    /// Who all workers are, where a login is kept in the database.
    private var commonLogin: Authentication?
    /// For logs and copies, gone at the end.
    private let directory: URL
    /// Kept as long as the directory is used.
    private var claim: FileHandle?

    /// How many copies are kept for workers whose API dies.
    private static let spares = 2
    private static let kindOfDirectory = "rewind-explore-"

    /// Prepares what is to be started, and makes the copies that the workers need.
    init(
        _ file: ExplorationFile, at place: OpenedExploration.Place, _ access: Access, workers count: Int
    ) async throws {
        self.file = file
        self.place = place
        self.access = access
        directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(Self.kindOfDirectory)\(UUID().uuidString)")
        guard count == 1 || starting != nil else {
            throw NotExplorable(
                "Several workers need an API each: let the file say how to start it (`api.start`), or leave out --workers "
                    + "\(count).")
        }
        let originals = originals
        // An API may bring its tables up to date when it starts, so the guard comes first.
        for database in originals { try database.check() }
        claim = try TemporaryFolder.make(at: directory, kind: Self.kindOfDirectory)
        do {
            try await prepare(originals, workers: count)
        } catch {
            await stop()
            throw error
        }
    }

    private func prepare(_ originals: [DatabaseUnderTest], workers count: Int) async throws {
        if let starting {
            try await StartedAPI.prepare(starting, values(originals, port: nil), directory)
            if count > 1 {
                // An API often makes its tables when it first starts; the copies are of what it made.
                let url = try await start(starting, originals, number: 1)
                commonLogin = try await loginKept(in: originals, by: url)
                stopStarted()
            }
        }
        for original in originals {
            let copies = count > 1 ? count - 1 + Self.spares : 0
            try FileManager.default.createDirectory(at: original.directory, withIntermediateDirectories: true)
            databases.append(try await CopiedDatabases(of: original, count: copies))
        }
    }

    private var timeout: Int { file.api.timeoutMilliseconds?.value ?? 10_000 }

    /// How to start the API, unless it runs already.
    private var starting: StartPart? { place.url == nil ? file.api.start : nil }

    private var originals: [DatabaseUnderTest] {
        file.systems.map { system in
            let location: DatabaseUnderTest.Location =
                switch system.kind {
                case .sqlite(let path): .file(path.resolved)
                case .postgres(let url): .url(url.value)
                }
            return DatabaseUnderTest(
                location: location, guarding: place.guarding,
                directory: directory.appendingPathComponent(system.name.value), name: system.name.value)
        }
    }

    /// Logs in once for all workers, where the API writes logins to its databases: their copies then know the token and
    /// begin alike. An API that keeps logins in its memory is asked by each worker.
    private func loginKept(in originals: [DatabaseUnderTest], by url: String) async throws -> Authentication? {
        guard access.hasLogin else { return nil }
        let thread = WorkerThread.shared
        let api = try API(baseURL: url, timeoutMilliseconds: timeout, thread: thread)
        var isKept = false
        var begun: [any RewindableSystem] = []
        do {
            for original in originals {
                let system = original.system(on: thread)
                begun.append(system)
                try await system.begin()
            }
            _ = try await access.authentication(from: api)
            for system in begun { isKept = try await system.capture().changesContent || isKept }
        } catch {
            for system in begun { try? await system.end() }
            throw error
        }
        for system in begun { try await system.end() }
        return isKept ? try await access.authentication(from: api) : nil
    }

    // MARK: Worlds

    func world(_ number: Int, on thread: WorkerThread) async throws -> World {
        var own: [DatabaseUnderTest] = []
        for copies in databases {
            guard let database = copies.next() else {
                throw NotExplorable("No copy of the database is left for worker \(number).")
            }
            own.append(database)
        }
        let url: String
        if let starting { url = try await start(starting, own, number: number) } else { url = try runningURL() }
        let api = try API(baseURL: url, timeoutMilliseconds: timeout, thread: thread)
        if starting == nil { try await requireReachable(api, url) }
        let authentication =
            if let commonLogin { commonLogin } else { try await access.authentication(from: api) }
        let known = try API(
            baseURL: url, timeoutMilliseconds: timeout, authentication: authentication, thread: thread)
        return World(api: known, systems: own.map { $0.system(on: thread) })
    }

    /// Starts an API on the databases, and gives its URL once it answers.
    private func start(_ part: StartPart, _ own: [DatabaseUnderTest], number: Int) async throws -> String {
        let port = try FreePort.next()
        let values = values(own, port: port)
        let url = try file.api.url?.text(["port": "\(port)"]) ?? "http://127.0.0.1:\(port)"
        let log = part.log(ofWorker: number, in: directory)
        let api = try StartedAPI(part, values, at: url, log: log)
        started.append(api)
        try await api.waitUntilHealthy(access)
        return url
    }

    private func values(_ own: [DatabaseUnderTest], port: Int?) -> [String: String] {
        var values: [String: String] = [:]
        values["database"] = own.first?.forService
        values["port"] = port.map(String.init)
        return values
    }

    private func runningURL() throws -> String {
        if let url = place.url { return url }
        guard let url = try file.api.url?.text([:]) else {
            throw FileErrors([FileError("`api` needs a `url`, or `start`.", at: file.api.position)])
        }
        return url
    }

    private func requireReachable(_ api: API, _ url: String) async throws {
        do {
            _ = try await access.status(of: file.api.start?.health?.value ?? "/", from: api)
        } catch APIError.unreachable(_, let reason) {
            throw NotExplorable(
                """
                Nobody answers at \(url): \(reason). Is the API running? Start it, correct `api.url` or --url, or let \
                Rewind start it: `api.start` in \(file.path) (docs/exploration-files.md).
                """)
        }
    }

    /// Where the API is, started if the file says how, and what its requests carry: for what rewinds nothing.
    func address() async throws -> (url: String, headers: [Exchange.Header], database: DatabaseUnderTest?) {
        let own = originals
        let url: String
        if let starting { url = try await start(starting, own, number: 1) } else { url = try runningURL() }
        let api = try API(baseURL: url)
        if starting == nil { try await requireReachable(api, url) }
        return (url, try await access.headers(from: api), own.first)
    }

    // MARK: The end

    func notes() -> [String] { started.compactMap(\.endingNote) }

    func stop() async {
        stopStarted()
        for copies in databases { await copies.remove() }
        try? FileManager.default.removeItem(at: directory)
    }

    private func stopStarted() {
        for api in started { api.stop() }
        started = []
    }
}

/// Why an exploration can't begin: sentences with what to do next.
struct NotExplorable: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension SourcePosition {
    /// Where a path leads that stands in the file: it is relative to it.
    func resolved(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        return URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent(path)
            .standardizedFileURL.path
    }
}

extension Located<String> {
    /// Where the path leads.
    var resolved: String { position.resolved(value) }
}

extension StartPart {
    /// Where a worker's API prints to.
    fileprivate func log(ofWorker worker: Int, in directory: URL) -> String {
        guard let log else { return directory.appendingPathComponent("api-\(worker).log").path }
        let path = URL(fileURLWithPath: log.resolved)
        if worker == 1 { return path.path }
        let name = path.deletingPathExtension().lastPathComponent + "-\(worker)"
        return path.deletingLastPathComponent().appendingPathComponent(name)
            .appendingPathExtension(path.pathExtension.isEmpty ? "log" : path.pathExtension).path
    }
}
