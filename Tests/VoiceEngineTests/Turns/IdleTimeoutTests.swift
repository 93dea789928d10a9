import RealtimeProtocol
import Testing

@testable import VoiceEngine

@Suite struct IdleTimeoutTests {
    private static func driver(idle: Int? = 5_000) -> TurnDriver {
        TurnDriver(TurnSettings(TurnDetection.ServerVAD(idleTimeoutMilliseconds: idle)))
    }

    /// 5 s are 156.25 windows.
    private static let windows = 157

    @Test("after the reply was heard and nobody spoke for the whole time, an empty turn is committed and answered, once")
    func timeout() {
        var driver = Self.driver()
        driver.silence(10)
        driver.response(.audible)
        driver.silence(300)
        driver.response(.none)
        #expect(driver.silence(Self.windows - 1).isEmpty)
        let samples = (310 * 512)..<((310 + Self.windows) * 512)
        #expect(driver.silence(1) == [.idleTimeout(turn: 0, samples: samples), .commit(turn: 0, pieces: []), .createResponse])
        #expect(driver.silence(1_000).isEmpty)
    }

    @Test("without a reply, without the setting, or when somebody spoke meanwhile nothing happens")
    func notDue() {
        var noReply = Self.driver()
        #expect(noReply.silence(1_000).isEmpty)
        var notWanted = Self.driver(idle: nil)
        notWanted.response(.audible)
        notWanted.response(.none)
        #expect(notWanted.silence(1_000).isEmpty)
        var spoken = Self.driver()
        spoken.response(.audible)
        spoken.response(.none)
        spoken.speech(10)
        spoken.silence(1_000)
        #expect(!spoken.log.contains { if case .idleTimeout = $0 { true } else { false } })
    }

    @Test("what comes after the timeout does not share its audio")
    func disjoint() {
        var driver = Self.driver()
        driver.response(.audible)
        driver.response(.none)
        driver.silence(Self.windows)
        driver.speech(2)
        #expect(driver.log.starts == [Self.windows * 512])
    }
}
