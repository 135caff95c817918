import ArgumentParser
import OrdersServer

/// `rewind reconcile`
struct Reconcile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Asks the payment provider about everything that has been pending for long, once.",
        discussion: """
            For the reference orders service, whether it runs or not. What the provider knows is settled; what it does not
            know never arrived, and is sent again under the same key and id.

                rewind reconcile --database orders-test.sqlite --provider-url http://127.0.0.1:8081
            """)

    @OptionGroup var service: ServiceOptions

    func run() async throws {
        guard let provider = try service.chosenProvider() else {
            throw ValidationError("Give --provider-url: without a provider nothing is ever pending.")
        }
        var configuration = OrdersServer.Configuration(database: try service.chosenDatabase(), provider: provider)
        configuration.reconcileAfterSeconds = service.reconcileAfter
        do {
            let run = try await OrdersServer(configuration: configuration).reconcile()
            Terminal.result(
                "asked about \(run.asked), settled \(run.settled), sent again \(run.resent), "
                    + "still pending \(run.undecided)\n")
        } catch {
            Terminal.note(String(describing: error))
            throw ExitCode.notDecided
        }
    }
}
