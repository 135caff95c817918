import ArgumentParser
import Foundation
import HyperswitchSandbox

/// `rewind sandbox`
struct Sandbox: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Simulates a payment provider, Hyperswitch, until it is ended.",
        discussion: """
            The first line on standard output is its address. It listens on this machine only, and sends webhooks to this
            machine only. What a customer, a bank or a bad network would do is told to it at /_sandbox; see docs/sandbox.md.

                rewind sandbox --port 8090 --api-key snd_key --webhook-url http://127.0.0.1:8080/webhooks
                curl -H 'api-key: snd_key' http://127.0.0.1:8090/payments/pay_1
            """)

    @Option(help: ArgumentHelp("The port, 0 for any free one.", valueName: "number"))
    var port: UInt16 = 8090

    @Option(help: ArgumentHelp("What callers give in the header api-key.", valueName: "key"))
    var apiKey = "snd_key"

    @Option(help: ArgumentHelp("Where webhooks go, on this machine; nowhere if left out.", valueName: "url"))
    var webhookURL: String?

    @Option(help: ArgumentHelp("The key of the webhooks' signatures; not signed if left out.", valueName: "key"))
    var webhookSecret: String?

    @Option(help: "What an Idempotency-Key does: nothing, as with the real router, or more.")
    var profile = SandboxSettings.Profile.router

    @Option(help: "Whether a refund has succeeded with the answer, or waits for a control.")
    var refunds = SandboxSettings.Settlement.instant

    @Option(help: "Whether a payout has succeeded with the answer, or waits for a control.")
    var payouts = SandboxSettings.Settlement.instant

    @Option(help: ArgumentHelp("How many times as fast as a real clock its clock goes.", valueName: "factor"))
    var clockSpeed = 1.0

    func validate() throws {
        guard !apiKey.isEmpty else { throw ValidationError("Give --api-key something: an empty key cannot be sent.") }
        guard webhookSecret != "" else { throw ValidationError("Give --webhook-secret something, or leave it out.") }
        guard clockSpeed > 0, clockSpeed <= 1_000_000 else {
            throw ValidationError("Give --clock-speed a factor above 0, up to 1000000.")
        }
    }

    func run() throws {
        // What a parent ignores is ignored by its children too, unless they decide for themselves.
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
        let sandbox = try started()
        // Before the address is told: whoever reads it may signal at once.
        let signals = EndingSignals()
        Terminal.note(whatItDoes)
        Terminal.result("\(sandbox.url)\n")
        signals.wait()
        sandbox.stop()
    }

    private func started() throws -> HyperswitchSandbox {
        var settings = SandboxSettings()
        (settings.profile, settings.refunds, settings.payouts) = (profile, refunds, payouts)
        do {
            let sandbox = try HyperswitchSandbox(
                port: port, credentials: SandboxCredentials(apiKey: apiKey, webhookSecret: webhookSecret),
                settings: settings, delivery: .automatic(clockSpeed: clockSpeed),
                now: SandboxInstant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
            ) { Terminal.note($0.sentence) }
            if let webhookURL { try sandbox.sendWebhooks(to: webhookURL) }
            return sandbox
        } catch {
            Terminal.note(String(describing: error))
            throw ExitCode.notDecided
        }
    }

    private var whatItDoes: String {
        let webhooks =
            webhookURL.map { "Webhooks go to \($0), \(webhookSecret == nil ? "unsigned" : "signed")." }
            ?? "Webhooks go nowhere."
        return "Simulating Hyperswitch: idempotency as \(profile.rawValue), refunds \(refunds.rawValue), payouts "
            + "\(payouts.rawValue). \(webhooks) Ctrl-C ends it."
    }
}

extension SandboxSettings.Profile: ExpressibleByArgument {}
extension SandboxSettings.Settlement: ExpressibleByArgument {}

extension SandboxDeliveryReport {
    /// What became of a delivery, for people.
    fileprivate var sentence: String {
        let results = outcomes.map { outcome in
            switch outcome {
            case .answered(let status): "answered \(status)"
            case .failed(let reason): "no answer: \(reason)"
            }
        }
        return "Webhook \(eventType) (\(eventID)): \(results.isEmpty ? "not sent" : results.joined(separator: ", "))"
    }
}
