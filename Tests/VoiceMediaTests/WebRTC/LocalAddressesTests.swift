import Testing

@testable import VoiceMedia

@Suite struct LocalAddressesTests {
    @Test("the loopback is among the addresses, once")
    func loopback() {
        let addresses = LocalAddresses.usable()
        #expect(addresses.count { $0 == "127.0.0.1" } == 1)
        #expect(addresses.count <= LocalAddresses.maximumCount)
        #expect(addresses.allSatisfy(LocalAddresses.isRoutable))
    }

    @Test(
        "link-local and unspecified addresses cannot be told to a peer",
        arguments: ["169.254.1.2", "fe80::1", "FEBF::1%eth0", "0.0.0.0", "::", ""]
    )
    func unusable(address: String) {
        #expect(!LocalAddresses.isRoutable(address))
    }

    @Test("private and public addresses can", arguments: ["10.0.0.1", "192.168.1.1", "203.0.113.5", "fec0::1", "2001:db8::1", "fd00::1"])
    func usable(address: String) {
        #expect(LocalAddresses.isRoutable(address))
    }
}
