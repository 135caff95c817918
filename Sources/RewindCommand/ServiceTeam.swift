import Foundation
import HyperswitchSandbox
import Rewind
import RewindHTTP

/// The reference service, once for each worker: each a process of its own with a copy of one database, and with a provider
/// of its own if the exploration has one.
actor ServiceTeam: WorldSource {
    private let arguments: [String]
    private let providerSettings: SandboxSettings?
    private let databases: CopiedDatabases
    private var services: [ServerProcess] = []
    private var providers: [HyperswitchSandbox] = []

    /// How many copies are kept for workers whose service dies.
    private static let spares = 2

    /// Makes the databases, and starts nothing yet.
    /// - Parameter providerSettings: of the provider; nothing for a service without one.
    init(
        of count: Int, arguments: [String], database: DatabaseUnderTest, providerSettings: SandboxSettings?
    ) async throws {
        self.arguments = arguments
        self.providerSettings = providerSettings
        if count > 1 {
            // The service makes its tables when it first starts; the copies are of what it made.
            try Self.start(arguments, on: database, provider: nil).stop()
        }
        databases = try await CopiedDatabases(
            of: database, count: count > 1 ? count - 1 + Self.spares : 0)
    }

    /// A service that was just started, and its database.
    func world(_ number: Int, on thread: WorkerThread) throws -> World {
        guard let database = databases.next() else {
            throw NoSpareDatabase(number: number)
        }
        let provider = try providerSettings.map { try HyperswitchSandbox(settings: $0) }
        let service = try Self.start(arguments, on: database, provider: provider)
        services.append(service)
        var systems = [database.system(on: thread)]
        if let provider {
            providers.append(provider)
            try provider.sendWebhooks(to: service.url + "/webhooks/provider")
            systems.append(SandboxSystem(provider))
        }
        return World(api: try API(baseURL: service.url, thread: thread), systems: systems)
    }

    private struct NoSpareDatabase: Error, CustomStringConvertible {
        let number: Int
        var description: String { "No copy of the database is left for worker \(number)." }
    }

    /// Ends all services and removes the copies.
    func stop() async {
        for service in services { service.stop() }
        for provider in providers { provider.stop() }
        await databases.remove()
    }

    /// How a service that ended by itself ended, and the end of each log.
    func notes() -> [String] {
        services.flatMap { service in
            let status = service.exitDescription.map { "The service \($0)." }
            let tail = service.logTail
            return [status, tail.isEmpty ? nil : "The end of its log:\n\(tail)"].compactMap { $0 }
        }
    }

    private static func start(
        _ arguments: [String], on database: DatabaseUnderTest, provider: HyperswitchSandbox?
    ) throws -> ServerProcess {
        var (arguments, environment) = (arguments, ["DATABASE_URL": database.forService])
        if let provider {
            let credentials = provider.state.credentials
            arguments += ["--provider-url", provider.url]
            environment["PROVIDER_API_KEY"] = credentials.apiKey
            environment["WEBHOOK_SECRET"] = credentials.webhookSecret
        }
        return try ServerProcess.start(
            arguments: arguments, environment: environment, log: database.directory.appendingPathComponent("log"))
    }
}
