import Rewind
import Testing

@Suite struct `Which laws are checked` {
    private struct Nothing: ExplorationContext {}

    private static let exploration = Exploration(of: Nothing.self) {
        Action("wait") { _ in .accepted }
    }

    @Test(arguments: [
        (
            "fast",
            "no_server_error refusal_changes_nothing safe_methods_change_nothing idempotent_replay "
                + "rewinding_is_faithful"
        ),
        (
            "all",
            "no_server_error refusal_changes_nothing safe_methods_change_nothing idempotent_replay key_with_other_body "
                + "two_at_once_with_one_key rewinding_is_faithful"
        ),
        ("key_with_other_body, no_server_error", "no_server_error key_with_other_body rewinding_is_faithful"),
    ])
    func `is said by their names, and rewinding is always watched`(text: String, names: String) throws {
        let exploration = Self.exploration.checking(laws: try LawSelection(text))
        #expect(exploration.laws.map(\.name).joined(separator: " ") == names)
    }

    @Test func `without a choice is the fast ones`() {
        #expect(Self.exploration.laws.map(\.name) == Self.exploration.checking(laws: .fast).laws.map(\.name))
    }

    @Test func `does not switch on what is switched off`() {
        let off = Self.exploration.without(law: "idempotent_replay", because: "keys come later")
        #expect(!off.checking(laws: .all).laws.contains { $0.name == "idempotent_replay" })
        let first = Self.exploration.checking(laws: .all).without(law: "rewinding_is_faithful", because: "a mock")
        #expect(!first.laws.contains { $0.name == "rewinding_is_faithful" })
    }

    @Test(arguments: [
        ("idempotent_reply", "There is no law “idempotent_reply”. Did you mean idempotent_replay?"),
        ("", "There is no law “”."), ("fast,all", "There is no law “fast”."),
    ])
    func `is told apart from what is no law`(text: String, beginning: String) {
        let error = #expect(throws: ExplorationError.self) { try LawSelection(text) }
        #expect(error?.description.hasPrefix(beginning) == true, "\(String(describing: error))")
        #expect(error?.description.hasSuffix("rewind laws lists them.") == true)
    }

    @Test func `a law that was asked for and had nothing to look at is warned of`() async throws {
        let result = await (try Explorer(Self.exploration.checking(laws: .all), in: World())).explore()
        #expect(
            result.warnings.contains(
                "The law idempotent_replay was never checked: there was never an accepted request with an idempotency key."
            ))
        let usual = await (try Explorer(Self.exploration, in: World())).explore()
        #expect(!usual.warnings.contains { $0.hasPrefix("The law ") })
    }
}
