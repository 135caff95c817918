import ArgumentParser
import Foundation
import Hyperswitch
import Orders
import OrdersServer
import PaymentProviders

/// What `serve` and `reconcile` have in common: the service's database and its payment provider.
struct ServiceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A SQLite file, made if there is none, or the URL of a PostgreSQL database; $DATABASE_URL if left out.",
            valueName: "file-or-url"), completion: .file())
    var database: String?

    @Option(
        help: ArgumentHelp(
            """
            The payment provider's API, Hyperswitch's or a sandbox that speaks it; without one payments settle at once. \
            Needs $PROVIDER_API_KEY and $WEBHOOK_SECRET. Payments are made with a test card.
            """, valueName: "url"))
    var providerURL: String?

    @Option(
        help: ArgumentHelp("How old what is pending must be before the provider is asked.", valueName: "seconds"))
    var reconcileAfter: Int64 = 30 * 60

    /// What the option says, or else the environment, where a password is seen by fewer.
    func chosenDatabase() throws -> OrdersServer.Database {
        guard let text = database ?? Self.environment("DATABASE_URL"), !text.isEmpty else {
            throw ValidationError(
                "Give --database with a SQLite file or a postgresql:// URL, or set DATABASE_URL to one.")
        }
        do {
            return try OrdersServer.Database(text)
        } catch {
            throw ValidationError(error.description)
        }
    }

    /// The provider, if there is to be one. Its secrets come from the environment alone: arguments are seen by everyone
    /// on the machine.
    func chosenProvider(bug: Bug? = nil) throws -> (any PaymentProvider)? {
        guard let providerURL else { return nil }
        let apiKey = try Self.secret("PROVIDER_API_KEY", "the provider's API key: without it every call is refused")
        let webhookSecret = try Self.secret(
            "WEBHOOK_SECRET", "the key that the provider signs webhooks with: without it anyone could send them")
        do throws(HyperswitchConfigurationError) {
            let key = try WebhookKey(webhookSecret)
            let provider = HyperswitchProvider(
                client: try HyperswitchClient(.init(baseURL: providerURL, apiKey: apiKey)), webhookKey: key,
                paymentMethod: .card(.testAccepted))
            return bug == .unsignedWebhook ? CredulousProvider(provider: provider, key: key) : provider
        } catch {
            throw ValidationError(error.description)
        }
    }

    func validate() throws {
        guard reconcileAfter >= 0 else { throw ValidationError("--reconcile-after must not be negative.") }
    }

    private static func secret(_ name: String, _ meaning: String) throws -> Secret {
        guard let text = environment(name), !text.isEmpty else {
            throw ValidationError("With --provider-url, set \(name) to \(meaning).")
        }
        return Secret(text)
    }

    private static func environment(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }
}
