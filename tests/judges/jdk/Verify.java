import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import javax.xml.crypto.OctetStreamData;
import javax.xml.crypto.URIDereferencer;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The JDK alone judges an unpacked container: every reference, the signature, and the certificate at a moment. */
public class Verify {
    private static final String DS = XMLSignature.XMLNS;

    public static void main(String[] given) throws Exception {
        Path folder = Path.of(given[0]);
        Date at = Date.from(Instant.ofEpochSecond(Long.parseLong(given[1])));
        DocumentBuilderFactory builders = DocumentBuilderFactory.newInstance();
        builders.setNamespaceAware(true);
        builders.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        var document = builders.newDocumentBuilder().parse(folder.resolve("META-INF/signatures.xml").toFile());
        Element signature = (Element) document.getElementsByTagNameNS(DS, "Signature").item(0);
        NodeList properties = document.getElementsByTagNameNS("*", "SignedProperties");
        ((Element) properties.item(0)).setIdAttribute("Id", true);

        CertificateFactory certificates = CertificateFactory.getInstance("X.509");
        String encoded = document.getElementsByTagNameNS(DS, "X509Certificate").item(0).getTextContent();
        byte[] der = java.util.Base64.getMimeDecoder().decode(encoded);
        X509Certificate own = (X509Certificate) certificates.generateCertificate(new ByteArrayInputStream(der));
        X509Certificate root;
        try (FileInputStream stream = new FileInputStream(folder.resolve("AUTHORITY.pem").toFile())) {
            root = (X509Certificate) certificates.generateCertificate(stream);
        }

        DOMValidateContext context = new DOMValidateContext(own.getPublicKey(), signature);
        context.setProperty("org.jcp.xml.dsig.secureValidation", Boolean.TRUE);
        XMLSignatureFactory factory = XMLSignatureFactory.getInstance("DOM");
        URIDereferencer within = factory.getURIDereferencer();
        context.setURIDereferencer((reference, dereferencing) -> {
            String uri = reference.getURI();
            if (uri.startsWith("#")) {
                return within.dereference(reference, dereferencing);
            }
            try {
                String name = URLDecoder.decode(uri.replace("+", "%2B"), StandardCharsets.UTF_8);
                return new OctetStreamData(Files.newInputStream(folder.resolve(name)), uri, null);
            } catch (java.io.IOException error) {
                throw new javax.xml.crypto.URIReferenceException("not in the container: " + uri, error);
            }
        });
        XMLSignature found = factory.unmarshalXMLSignature(context);
        boolean valid;
        try {
            valid = found.validate(context);
        } catch (javax.xml.crypto.dsig.XMLSignatureException error) {
            System.out.println("REFUSED " + error.getMessage());
            System.exit(1);
            return;
        }
        int right = 0;
        List<Reference> references = found.getSignedInfo().getReferences();
        for (Reference reference : references) {
            if (reference.validate(context)) {
                right++;
            } else {
                System.out.println("DIFFERS " + reference.getURI());
            }
        }
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(at);
        CertPath path = certificates.generateCertPath(List.of(own));
        try {
            CertPathValidator.getInstance("PKIX").validate(path, parameters);
        } catch (java.security.cert.CertPathValidatorException error) {
            System.out.println("CERTIFICATE " + error.getMessage());
            valid = false;
        }
        System.out.println((valid ? "VALID " : "INVALID ") + right + "/" + references.size());
        System.exit(valid ? 0 : 1);
    }
}
