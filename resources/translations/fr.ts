<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr" sourcelanguage="en">
<context>
    <name>AboutDialog</name>
    <message><source>About dicomdesk</source><translation>À propos de dicomdesk</translation></message>
    <message><source>Moves DICOM between machines: a window and command line tools on one engine.</source><translation>Transporte DICOM entre machines : une fenêtre et des outils en ligne de commande sur un même moteur.</translation></message>
    <message><source>Not for clinical diagnosis. Not a medical device.</source><translation>Pas pour le diagnostic clinique. Pas un dispositif médical.</translation></message>
    <message><source>Versions</source><translation>Versions</translation></message>
    <message><source>Under the MIT licence, without any warranty. Qt is used under the LGPL.</source><translation>Sous licence MIT, sans aucune garantie. Qt est utilisé sous la LGPL.</translation></message>
    <message><source>&amp;Copy versions</source><translation>Copier les versions</translation></message>
</context>
<context>
    <name>AccessEntry</name>
    <message><source>AE titles that may send</source><translation>Titres AE qui peuvent envoyer</translation></message>
    <message><source>any AE title; or CT1, MR2</source><translation>tout titre AE ; ou CT1, MR2</translation></message>
    <message><source>AE titles that we may be called by</source><translation>Titres AE par lesquels on peut nous appeler</translation></message>
    <message><source>any AE title; or DESK</source><translation>tout titre AE ; ou DESK</translation></message>
    <message><source>Addresses that may send</source><translation>Adresses qui peuvent envoyer</translation></message>
    <message><source>any address; or 10.1.4.20, 10.2.0.0/16</source><translation>toute adresse ; ou 10.1.4.20, 10.2.0.0/16</translation></message>
    <message><source>Add a user who may send</source><translation>Ajouter un utilisateur qui peut envoyer</translation></message>
    <message><source>Users who may send</source><translation>Utilisateurs qui peuvent envoyer</translation></message>
    <message><source>AE titles</source><translation>Titres AE</translation></message>
    <message><source>Addresses</source><translation>Adresses</translation></message>
    <message><source>Called as</source><translation>Appelé comme</translation></message>
    <message><source>Users</source><translation>Utilisateurs</translation></message>
    <message><source>from {networks}</source><translation>de {networks}</translation></message>
    <message><source>called as {titles}</source><translation>appelé comme {titles}</translation></message>
    <message><source>{count} user</source><translation>{count} utilisateur</translation></message>
    <message><source>{count} users</source><translation>{count} utilisateurs</translation></message>
    <message><source>everybody</source><translation>tous</translation></message>
    <message><source>Peers must present one of these users with the passcode. Only hashes of passcodes are kept.</source><translation>Les pairs doivent présenter un de ces utilisateurs avec son code. Seules des empreintes des codes sont gardées.</translation></message>
    <message><source>All that is filled in must be met. AE titles alone are easily pretended.</source><translation>Tout ce qui est rempli doit être satisfait. Des titres AE seuls s’imitent facilement.</translation></message>
    <message><source>Whoever reaches this port may send.</source><translation>Quiconque atteint ce port peut envoyer.</translation></message>
</context>
<context>
    <name>Additions</name>
    <message><source>Add files to send</source><translation>Ajouter des fichiers à envoyer</translation></message>
    <message><source>Add a folder to send</source><translation>Ajouter un dossier à envoyer</translation></message>
</context>
<context>
    <name>AnswerDialog</name>
    <message><source>&amp;Close</source><translation>Fermer</translation></message>
</context>
<context>
    <name>AppearanceButton</name>
    <message><source>Appearance</source><translation>Apparence</translation></message>
    <message><source>&amp;Appearance</source><translation>Apparence</translation></message>
    <message><source>As the &amp;system</source><translation>Comme le système</translation></message>
    <message><source>&amp;Light</source><translation>Clair</translation></message>
    <message><source>&amp;Dark</source><translation>Sombre</translation></message>
</context>
<context>
    <name>ArchiveChoice</name>
    <message><source>Choose a configuration…</source><translation>Choisir une configuration…</translation></message>
    <message><source>Choose a folder…</source><translation>Choisir un dossier…</translation></message>
    <message><source>Make a new one…</source><translation>En faire une nouvelle…</translation></message>
    <message><source>Reading the archive…</source><translation>Lecture de l’archive…</translation></message>
    <message><source>The archive cannot be opened</source><translation>L’archive ne peut pas être ouverte</translation></message>
    <message><source>Look after an archive</source><translation>S’occuper d’une archive</translation></message>
    <message><source>Choose the configuration that dcmqrscp serves, or the folder of an archive: what is in it is found as you type, and can be sent, corrected, exported and removed while its server runs.</source><translation>Choisissez la configuration que sert dcmqrscp, ou le dossier d’une archive : ce qu’elle contient se trouve pendant la frappe, et peut être envoyé, corrigé, exporté et enlevé pendant que son serveur tourne.</translation></message>
    <message><source>Folder of the archive</source><translation>Dossier de l’archive</translation></message>
    <message><source>Configuration of the archive, such as dcmqrscp.cfg</source><translation>Configuration de l’archive, comme dcmqrscp.cfg</translation></message>
    <message><source>New or empty folder for the archive</source><translation>Dossier nouveau ou vide pour l’archive</translation></message>
    <message><source>No archive was made</source><translation>Aucune archive n’a été faite</translation></message>
</context>
<context>
    <name>ArchivePane</name>
    <message><source>Somebody sends to the archive.</source><translation>Quelqu’un envoie à l’archive.</translation></message>
    <message><source>{title}: it is ended in order.</source><translation>{title} : cela se termine en ordre.</translation></message>
    <message><source>Choose or make the archive that is to receive</source><translation>Choisissez l’archive qui doit recevoir, ou faites-en une</translation></message>
    <message><source>It begins as soon as it is open.</source><translation>Cela commence dès qu’elle est ouverte.</translation></message>
    <message><source>What the archive has</source><translation>Ce qu’a l’archive</translation></message>
    <message><source>Studies</source><translation>Études</translation></message>
    <message><source>Patients</source><translation>Patients</translation></message>
    <message><source>Conflicts</source><translation>Conflits</translation></message>
    <message><source>Search name, ID, accession number, date, UID</source><translation>Chercher nom, ID, numéro d’accession, date, UID</translation></message>
    <message><source>Import…</source><translation>Importer…</translation></message>
    <message><source>Take a folder into the archive</source><translation>Prendre un dossier dans l’archive</translation></message>
    <message><source>More</source><translation>Plus</translation></message>
    <message><source>&amp;Send to a peer…</source><translation>Envoyer à un pair…</translation></message>
    <message><source>&amp;Correct…</source><translation>Corriger…</translation></message>
    <message><source>&amp;Merge two patients…</source><translation>Fusionner deux patients…</translation></message>
    <message><source>Bring to &amp;another study…</source><translation>Amener à une autre étude…</translation></message>
    <message><source>&amp;Export to a folder…</source><translation>Exporter vers un dossier…</translation></message>
    <message><source>Export to a &amp;ZIP archive…</source><translation>Exporter vers une archive ZIP…</translation></message>
    <message><source>E&amp;lements…</source><translation>Éléments…</translation></message>
    <message><source>Copy &amp;UID</source><translation>Copier l’UID</translation></message>
    <message><source>&amp;Remove…</source><translation>Enlever…</translation></message>
    <message><source>Receive &amp;into the archive</source><translation>Recevoir dans l’archive</translation></message>
    <message><source>&amp;Import a folder…</source><translation>Importer un dossier…</translation></message>
    <message><source>Import &amp;files or a DICOMDIR…</source><translation>Importer des fichiers ou un DICOMDIR…</translation></message>
    <message><source>C&amp;orrections…</source><translation>Corrections…</translation></message>
    <message><source>&amp;Trash…</source><translation>Corbeille…</translation></message>
    <message><source>&amp;Verify</source><translation>Vérifier</translation></message>
    <message><source>Verify, and read every file</source><translation>Vérifier, et lire chaque fichier</translation></message>
    <message><source>Write an a&amp;udit trail…</source><translation>Écrire une piste d’audit…</translation></message>
    <message><source>&amp;Back up…</source><translation>Sauvegarder…</translation></message>
    <message><source>Choose a co&amp;nfiguration…</source><translation>Choisir une configuration…</translation></message>
    <message><source>Choose the fol&amp;der of an archive…</source><translation>Choisir le dossier d’une archive…</translation></message>
    <message><source>Make a ne&amp;w archive…</source><translation>Faire une nouvelle archive…</translation></message>
    <message><source>&amp;Look at the archive again</source><translation>Regarder de nouveau l’archive</translation></message>
    <message><source>&amp;Find in the archive</source><translation>Rechercher dans l’archive</translation></message>
    <message><source>Write no a&amp;udit trail</source><translation>Ne pas écrire de piste d’audit</translation></message>
    <message><source>Stop receiving &amp;into the archive</source><translation>Ne plus recevoir dans l’archive</translation></message>
    <message><source>Nothing fits what is searched for.</source><translation>Rien ne correspond à la recherche.</translation></message>
    <message><source>Nothing in this archive contradicts anything else.</source><translation>Rien dans cette archive ne contredit autre chose.</translation></message>
    <message><source>The archive is empty: import a folder, or have a modality send to it.</source><translation>L’archive est vide : importez un dossier, ou faites-y envoyer une modalité.</translation></message>
    <message><source>Send to…</source><translation>Envoyer à…</translation></message>
    <message><source>Correct…</source><translation>Corriger…</translation></message>
    <message><source>Export…</source><translation>Exporter…</translation></message>
    <message><source>Remove…</source><translation>Enlever…</translation></message>
    <message><source>It is not in the archive any more.</source><translation>Cela n’est plus dans l’archive.</translation></message>
    <message><source>File for the audit trail, which names patients</source><translation>Fichier pour la piste d’audit, qui nomme des patients</translation></message>
    <message><source>The file cannot be read</source><translation>Le fichier ne peut pas être lu</translation></message>
</context>
<context>
    <name>AssociationsPane</name>
    <message><source>All</source><translation>Tout</translation></message>
    <message><source>Open</source><translation>Ouvertes</translation></message>
    <message><source>Outgoing</source><translation>Sortante</translation></message>
    <message><source>Incoming</source><translation>Entrante</translation></message>
    <message><source>With problems</source><translation>Avec problèmes</translation></message>
    <message><source>Search AE title, host, reason</source><translation>Chercher titre AE, machine, raison</translation></message>
    <message><source>&amp;Clear ended</source><translation>Retirer celles qui sont finies</translation></message>
    <message><source>&amp;Save associations…</source><translation>Enregistrer les associations…</translation></message>
    <message><source>&amp;Find in the list</source><translation>Rechercher dans la liste</translation></message>
    <message><source>Associations</source><translation>Associations</translation></message>
    <message><source>Take ended associations off the list</source><translation>Retirer de la liste les associations finies</translation></message>
    <message><source>Write the associations that are listed, with contexts and messages, as text or JSON</source><translation>Écrire les associations listées, avec contextes et messages, en texte ou en JSON</translation></message>
    <message><source>Save associations</source><translation>Enregistrer les associations</translation></message>
    <message><source>No associations yet</source><translation>Pas encore d’associations</translation></message>
    <message><source>Each connection shows here with what was proposed, what was accepted, and why not. Try Echo in Send.</source><translation>Chaque connexion se montre ici avec ce qui a été proposé, accepté, et pourquoi non. Essayez Écho dans Envoyer.</translation></message>
    <message><source>Save associations as text, or as JSON (.json)</source><translation>Enregistrer les associations en texte, ou en JSON (.json)</translation></message>
    <message><source>Copy as text</source><translation>Copier comme texte</translation></message>
    <message><source>Save all that are listed…</source><translation>Enregistrer toutes celles de la liste…</translation></message>
</context>
<context>
    <name>Background</name>
    <message><source>The list of problems says what is lacking.</source><translation>La liste des problèmes dit ce qui manque.</translation></message>
    <message><source>What was to be retrieved has been asked for, and all answers are there</source><translation>Ce qui devait être récupéré a été demandé, et toutes les réponses sont là</translation></message>
    <message><source>It goes on receiving and sending, and its icon in the tray brings the window back. File, Quit ends it; Settings, General has the choice.</source><translation>Il continue de recevoir et d’envoyer, et son icône dans la zone de notification ramène la fenêtre. Fichier, Quitter l’arrête ; le choix se trouve dans Réglages, Général.</translation></message>
    <message><source>dicomdesk goes on in the tray</source><translation>dicomdesk continue dans la zone de notification</translation></message>
    <message><source>&amp;Close to the tray</source><translation>Fermer vers la zone de notification</translation></message>
</context>
<context>
    <name>CardBox</name>
    <message><source>Copy</source><translation>Copier</translation></message>
    <message><source>Copy these lines</source><translation>Copier ces lignes</translation></message>
</context>
<context>
    <name>Carrying</name>
    <message><source>It cannot be sent</source><translation>Cela ne peut pas être envoyé</translation></message>
    <message><source>{instances} are to go to {peer}</source><translation>{instances} doivent aller vers {peer}</translation></message>
    <message><source>The Send view shows how far they are.</source><translation>La vue Envoyer montre où elles en sont.</translation></message>
    <message><source>Nothing of it is in the archive any more.</source><translation>Il n’en reste rien dans l’archive.</translation></message>
    <message><source>Folder to be imported</source><translation>Dossier à importer</translation></message>
    <message><source>Files, DICOMDIR or ZIP archives to be imported</source><translation>Fichiers, DICOMDIR ou archives ZIP à importer</translation></message>
    <message><source>Importing into {area}</source><translation>Importation dans {area}</translation></message>
    <message><source>The import was ended</source><translation>L’importation a été terminée</translation></message>
    <message><source>The import was broken off</source><translation>L’importation a été interrompue</translation></message>
    <message><source>Imported</source><translation>Importé</translation></message>
    <message><source>Storage area</source><translation>Zone de stockage</translation></message>
    <message><source>Which storage area is it to go into?</source><translation>Dans quelle zone de stockage cela doit-il aller ?</translation></message>
    <message><source>{count} instance stored</source><translation>{count} instance enregistrée</translation></message>
    <message><source>{count} instances stored</source><translation>{count} instances enregistrées</translation></message>
    <message><source>{count} file is no instance.</source><translation>{count} fichier n’est pas une instance.</translation></message>
    <message><source>{count} files are no instances.</source><translation>{count} fichiers ne sont pas des instances.</translation></message>
    <message><source>The originals are where they were.</source><translation>Les originaux sont où ils étaient.</translation></message>
    <message><source>{count} not taken</source><translation>{count} non pris</translation></message>
    <message><source>Show all…</source><translation>Tout montrer…</translation></message>
    <message><source>Not imported</source><translation>Non importé</translation></message>
    <message><source>ZIP archive to be written</source><translation>Archive ZIP à écrire</translation></message>
    <message><source>New or empty folder for the export</source><translation>Dossier nouveau ou vide pour l’exportation</translation></message>
    <message><source>Exporting {what}</source><translation>Exportation de {what}</translation></message>
    <message><source>Nothing is left of it.</source><translation>Il n’en reste rien.</translation></message>
    <message><source>The export was ended</source><translation>L’exportation a été terminée</translation></message>
    <message><source>Nothing was exported</source><translation>Rien n’a été exporté</translation></message>
    <message><source>{count} instance exported</source><translation>{count} instance exportée</translation></message>
    <message><source>{count} instances exported</source><translation>{count} instances exportées</translation></message>
    <message><source>{instances} in the folder OTHER, which the DICOMDIR cannot list.</source><translation>{instances} dans le dossier OTHER, que le DICOMDIR ne peut pas lister.</translation></message>
    <message><source>{instances} left out: {reason}</source><translation>{instances} omises : {reason}</translation></message>
    <message><source>Reading every file</source><translation>Lecture de chaque fichier</translation></message>
    <message><source>Comparing files and index</source><translation>Comparaison des fichiers et de l’index</translation></message>
    <message><source>What was looked at until then: {count} wrong.</source><translation>Ce qui a été examiné jusque-là : {count} faux.</translation></message>
    <message><source>The verification was ended</source><translation>La vérification a été terminée</translation></message>
    <message><source>The archive cannot be verified</source><translation>L’archive ne peut pas être vérifiée</translation></message>
    <message><source>{count} file looked at</source><translation>{count} fichier examiné</translation></message>
    <message><source>{count} files looked at</source><translation>{count} fichiers examinés</translation></message>
    <message><source>Files and index agree.</source><translation>Fichiers et index concordent.</translation></message>
    <message><source>What is wrong</source><translation>Ce qui est faux</translation></message>
    <message><source>{count} wrong. The first: {first} What to do: dicomdesk archive repair mends it.</source><translation>{count} faux. Le premier : {first} Que faire : dicomdesk archive repair le répare.</translation></message>
    <message><source>Folder for backups</source><translation>Dossier pour les sauvegardes</translation></message>
    <message><source>Backing up</source><translation>Sauvegarde</translation></message>
    <message><source>Earlier backups are as they were.</source><translation>Les sauvegardes précédentes sont telles quelles.</translation></message>
    <message><source>The backup was ended</source><translation>La sauvegarde a été terminée</translation></message>
    <message><source>The archive was not backed up</source><translation>L’archive n’a pas été sauvegardée</translation></message>
    <message><source>{count} file backed up</source><translation>{count} fichier sauvegardé</translation></message>
    <message><source>{count} files backed up</source><translation>{count} fichiers sauvegardés</translation></message>
    <message><source>{size} were new. They are in {folder}.</source><translation>{size} étaient nouveaux. Ils sont dans {folder}.</translation></message>
    <message><source>{count} missing or damaged: Verify tells which. {rest}</source><translation>{count} manquants ou endommagés : Vérifier dit lesquels. {rest}</translation></message>
    <message><source>File</source><translation>Fichier</translation></message>
    <message><source>Why</source><translation>Pourquoi</translation></message>
</context>
<context>
    <name>Changes</name>
    <message><source>Values are corrected of a patient, a study or a series as a whole.</source><translation>Les valeurs se corrigent pour un patient, une étude ou une série entière.</translation></message>
    <message><source>An instance is not corrected alone</source><translation>Une instance ne se corrige pas seule</translation></message>
    <message><source>Correct {what}</source><translation>Corriger {what}</translation></message>
    <message><source>Patient ID that goes</source><translation>ID de patient qui disparaît</translation></message>
    <message><source>Patient ID that stays</source><translation>ID de patient qui reste</translation></message>
    <message><source>Merge two patients</source><translation>Fusionner deux patients</translation></message>
    <message><source>Into the study (UID; empty for a new one)</source><translation>Dans l’étude (UID ; vide pour une nouvelle)</translation></message>
    <message><source>Patient ID</source><translation>ID du patient</translation></message>
    <message><source>Patient name</source><translation>Nom du patient</translation></message>
    <message><source>Bring {what} to another study</source><translation>Amener {what} à une autre étude</translation></message>
    <message><source>Nothing was changed</source><translation>Rien n’a été changé</translation></message>
    <message><source>It was ended before it was done.</source><translation>Cela a été terminé avant la fin.</translation></message>
    <message><source>It was not changed</source><translation>Cela n’a pas été changé</translation></message>
    <message><source>{count} instance changed</source><translation>{count} instance changée</translation></message>
    <message><source>{count} instances changed</source><translation>{count} instances changées</translation></message>
    <message><source>Corrections that were made can be taken back: see Corrections.</source><translation>Les corrections faites peuvent être reprises : voir Corrections.</translation></message>
    <message><source>Remove {what}</source><translation>Enlever {what}</translation></message>
    <message><source>Why</source><translation>Pourquoi</translation></message>
    <message><source>The removal was ended</source><translation>L’enlèvement a été terminé</translation></message>
    <message><source>What is gone is in the trash.</source><translation>Ce qui est parti est dans la corbeille.</translation></message>
    <message><source>It was not removed</source><translation>Cela n’a pas été enlevé</translation></message>
    <message><source>{count} instance removed</source><translation>{count} instance enlevée</translation></message>
    <message><source>{count} instances removed</source><translation>{count} instances enlevées</translation></message>
    <message><source>They are in the trash, and can be put back from there.</source><translation>Elles sont dans la corbeille, et peuvent en être remises.</translation></message>
    <message><source>{count} study stays: it is on hold.</source><translation>{count} étude reste : elle est retenue.</translation></message>
    <message><source>{count} studies stay: they are on hold.</source><translation>{count} études restent : elles sont retenues.</translation></message>
    <message><source>Trash…</source><translation>Corbeille…</translation></message>
</context>
<context>
    <name>CheckDialog</name>
    <message><source>Connection check</source><translation>Vérification de la connexion</translation></message>
    <message><source>Search SOP class, encoding, UID</source><translation>Chercher classe SOP, encodage, UID</translation></message>
    <message><source>Checking {peer}…</source><translation>Vérification de {peer}…</translation></message>
    <message><source>Stopped: {peer} was not checked to the end</source><translation>Arrêté : {peer} n’a pas été vérifié jusqu’au bout</translation></message>
    <message><source>{peer} cannot be used as it is</source><translation>{peer} ne peut pas être utilisé tel quel</translation></message>
    <message><source>{peer} can be used, with a warning</source><translation>{peer} peut être utilisé, avec un avertissement</translation></message>
    <message><source>{peer} can be used</source><translation>{peer} peut être utilisé</translation></message>
    <message><source>What the peer accepts</source><translation>Ce que le pair accepte</translation></message>
    <message><source>Test &amp;again</source><translation>Tester de nouveau</translation></message>
    <message><source>&amp;Copy as text</source><translation>Copier comme texte</translation></message>
    <message><source>&amp;Stop</source><translation>Arrêter</translation></message>
    <message><source>Ask what it acc&amp;epts</source><translation>Demander ce qu’il accepte</translation></message>
    <message><source>{done} of {total} SOP classes asked for</source><translation>{done} sur {total} classes SOP demandées</translation></message>
</context>
<context>
    <name>Chip</name>
    <message><source>{word}: {count}</source><translation>{word} : {count}</translation></message>
</context>
<context>
    <name>ClosingDialog</name>
    <message><source>Close dicomdesk?</source><translation>Fermer dicomdesk ?</translation></message>
    <message><source>The current instance is finished first; nothing is lost that was stored.</source><translation>L’instance en cours est d’abord finie ; rien de ce qui est enregistré n’est perdu.</translation></message>
    <message><source>&amp;Stop and close</source><translation>Arrêter et fermer</translation></message>
    <message><source>&amp;Close</source><translation>Fermer</translation></message>
    <message><source>&amp;Keep running</source><translation>Laisser tourner</translation></message>
    <message><source>&amp;Keep open</source><translation>Laisser ouvert</translation></message>
</context>
<context>
    <name>CommandCopy</name>
    <message><source>It names the folders, since there are {count} files: everything in them is sent.</source><translation>Elle nomme les dossiers, car il y a {count} fichiers : tout ce qu’ils contiennent est envoyé.</translation></message>
    <message><source>Paste it into a terminal of this machine. Secrets are left out.</source><translation>Collez-la dans un terminal de cette machine. Les secrets sont omis.</translation></message>
    <message><source>Copied as a command of dcmsend</source><translation>Copié comme commande de dcmsend</translation></message>
</context>
<context>
    <name>Commitments</name>
    <message><source>Ask the peer to &amp;keep what it has stored (storage commitment)</source><translation>Demander au pair de garder ce qu’il a enregistré (storage commitment)</translation></message>
    <message><source>Delete &amp;files once the peer has committed to them</source><translation>Supprimer les fichiers une fois que le pair s’y est engagé</translation></message>
    <message><source>Asked to keep</source><translation>Engagement demandé</translation></message>
    <message><source>Committed</source><translation>Engagé</translation></message>
    <message><source>Not committed</source><translation>Non engagé</translation></message>
</context>
<context>
    <name>ConditionEditor</name>
    <message><source>all of these</source><translation>toutes celles-ci</translation></message>
    <message><source>any of these</source><translation>n’importe laquelle</translation></message>
    <message><source>All or any of the conditions</source><translation>Toutes les conditions ou n’importe laquelle</translation></message>
    <message><source>Add &amp;condition</source><translation>Ajouter une condition</translation></message>
    <message><source>Everything matches.</source><translation>Tout correspond.</translation></message>
    <message><source>{text}. These conditions can be changed in the file.</source><translation>{text}. Ces conditions peuvent être changées dans le fichier.</translation></message>
</context>
<context>
    <name>ConfirmDialog</name>
    <message><source>&amp;Keep</source><translation>Garder</translation></message>
</context>
<context>
    <name>Credentials</name>
    <message><source>Pass phrase of {key}</source><translation>Phrase secrète de {key}</translation></message>
    <message><source>That is not the pass phrase of this key.</source><translation>Ce n’est pas la phrase secrète de cette clé.</translation></message>
    <message><source>The private key is encrypted.</source><translation>La clé privée est chiffrée.</translation></message>
    <message><source>Passcode of {user} for {peer}</source><translation>Code de {user} pour {peer}</translation></message>
    <message><source>It is sent to {peer}.</source><translation>Il est envoyé à {peer}.</translation></message>
    <message><source>Without TLS, anybody on the way can read it.</source><translation>Sans TLS, n’importe qui en chemin peut le lire.</translation></message>
    <message><source>The keyring did not take it: it is kept until the window closes.</source><translation>Le trousseau ne l’a pas pris : il est gardé jusqu’à la fermeture de la fenêtre.</translation></message>
    <message><source>Keep it in the keyring</source><translation>Le garder dans le trousseau</translation></message>
</context>
<context>
    <name>DeletionDialog</name>
    <message><source>Delete received files?</source><translation>Supprimer des fichiers reçus ?</translation></message>
    <message><source>Delete {files} of {what}?</source><translation>Supprimer {files} de {what} ?</translation></message>
    <message><source>They are not kept anywhere else by this program.</source><translation>Ce programme ne les garde nulle part ailleurs.</translation></message>
    <message><source>&amp;Delete {files}</source><translation>Supprimer {files}</translation></message>
    <message><source>&amp;Keep them</source><translation>Les garder</translation></message>
</context>
<context>
    <name>DetailsStrip</name>
    <message><source>More</source><translation>Plus</translation></message>
    <message><source>Copy details</source><translation>Copier les détails</translation></message>
</context>
<context>
    <name>DiskWarning</name>
    <message><source>Open folder</source><translation>Ouvrir le dossier</translation></message>
</context>
<context>
    <name>ElementsDialog</name>
    <message><source>Elements of {title}</source><translation>Éléments de {title}</translation></message>
    <message><source>Search tag, name or value</source><translation>Chercher tag, nom ou valeur</translation></message>
    <message><source>Elements</source><translation>Éléments</translation></message>
    <message><source>Close</source><translation>Fermer</translation></message>
    <message><source>The file cannot be shown</source><translation>Le fichier ne peut pas être montré</translation></message>
    <message><source>the first {most} of {count} that fit</source><translation>les premiers {most} sur {count} qui correspondent</translation></message>
    <message><source>{count} element fits</source><translation>{count} élément correspond</translation></message>
    <message><source>{count} elements fit</source><translation>{count} éléments correspondent</translation></message>
    <message><source>{count} element</source><translation>{count} élément</translation></message>
    <message><source>{count} elements</source><translation>{count} éléments</translation></message>
    <message><source>Reading…</source><translation>Lecture…</translation></message>
    <message><source>Not all of it is shown</source><translation>Tout n’en est pas montré</translation></message>
    <message><source>Select an element</source><translation>Sélectionnez un élément</translation></message>
    <message><source>no value</source><translation>pas de valeur</translation></message>
    <message><source>Copy value</source><translation>Copier la valeur</translation></message>
    <message><source>Copy row</source><translation>Copier la ligne</translation></message>
    <message><source>Copy tag</source><translation>Copier le tag</translation></message>
</context>
<context>
    <name>FaultDialog</name>
    <message><source>Something went wrong the last time</source><translation>Quelque chose s’est mal passé la dernière fois</translation></message>
    <message><source>dicomdesk had a fault when it ran the last time</source><translation>dicomdesk a eu une faute la dernière fois</translation></message>
    <message><source>What was acknowledged to peers is in its folder, and what waited to be sent waits still. To help mend this, write a support bundle and send it to who looks after this program. Neither names a patient.</source><translation>Ce qui a été confirmé aux pairs est dans son dossier, et ce qui attendait d’être envoyé attend encore. Pour aider à réparer, écrivez un dossier d’assistance et envoyez-le à qui s’occupe de ce programme. Aucun des deux ne nomme un patient.</translation></message>
    <message><source>Report on the fault</source><translation>Rapport sur la faute</translation></message>
    <message><source>&amp;Support bundle…</source><translation>Dossier d’assistance…</translation></message>
    <message><source>C&amp;opy</source><translation>Copier</translation></message>
</context>
<context>
    <name>FirstStartDialog</name>
    <message><source>Welcome to dicomdesk</source><translation>Bienvenue dans dicomdesk</translation></message>
    <message><source>What is this machine called?</source><translation>Comment s’appelle cette machine ?</translation></message>
    <message><source>Scanners and archives know each other by AE title, address and port. These suit this machine; the administrator of your archive may want others. All can be changed in Settings.</source><translation>Les appareils et les archives se connaissent par titre AE, adresse et port. Ceux-ci conviennent à cette machine ; l’administrateur de votre archive peut en vouloir d’autres. Tout peut être changé dans les réglages.</translation></message>
    <message><source>Own AE title</source><translation>Titre AE propre</translation></message>
    <message><source>Port to listen on</source><translation>Port d’écoute</translation></message>
    <message><source>Folder for what is received</source><translation>Dossier de réception</translation></message>
    <message><source>Choose the folder</source><translation>Choisir le dossier</translation></message>
    <message><source>AE title</source><translation>Titre AE</translation></message>
    <message><source>Port</source><translation>Port</translation></message>
    <message><source>Folder</source><translation>Dossier</translation></message>
    <message><source>&amp;Use these</source><translation>Utiliser</translation></message>
    <message><source>&amp;Later</source><translation>Plus tard</translation></message>
</context>
<context>
    <name>FoldHeading</name>
    <message><source>open</source><translation>ouvert</translation></message>
    <message><source>folded</source><translation>replié</translation></message>
</context>
<context>
    <name>GroupDialog</name>
    <message><source>Name of the group</source><translation>Nom du groupe</translation></message>
    <message><source>Name</source><translation>Nom</translation></message>
</context>
<context>
    <name>HelpDialog</name>
    <message><source>Help for dicomdesk</source><translation>Aide de dicomdesk</translation></message>
    <message><source>Help</source><translation>Aide</translation></message>
    <message><source>Contents</source><translation>Contenu</translation></message>
</context>
<context>
    <name>HistoryDialog</name>
    <message><source>History of what was sent</source><translation>Historique de ce qui a été envoyé</translation></message>
    <message><source>History</source><translation>Historique</translation></message>
    <message><source>All</source><translation>Tout</translation></message>
    <message><source>Done</source><translation>Fait</translation></message>
    <message><source>With problems</source><translation>Avec problèmes</translation></message>
    <message><source>Cancelled</source><translation>Annulé</translation></message>
    <message><source>Not done</source><translation>Pas fait</translation></message>
    <message><source>Search patient, ID, accession number, UID, file, peer, reason</source><translation>Chercher patient, ID, numéro d’accession, UID, fichier, pair, raison</translation></message>
    <message><source>&amp;Send again</source><translation>Envoyer de nouveau</translation></message>
    <message><source>older than {count} day</source><translation>plus vieux que {count} jour</translation></message>
    <message><source>older than {count} days</source><translation>plus vieux que {count} jours</translation></message>
    <message><source>Clean &amp;up…</source><translation>Nettoyer…</translation></message>
    <message><source>What is deleted from the history</source><translation>Ce qui est supprimé de l’historique</translation></message>
    <message><source>Nothing here</source><translation>Rien ici</translation></message>
    <message><source>What was sent is kept here with each try, until it is cleaned up.</source><translation>Ce qui a été envoyé est gardé ici avec chaque essai, jusqu’au nettoyage.</translation></message>
    <message><source>&amp;Close</source><translation>Fermer</translation></message>
    <message><source>{count} entry</source><translation>{count} entrée</translation></message>
    <message><source>{count} entries</source><translation>{count} entrées</translation></message>
    <message><source>{count}, and more below</source><translation>{count}, et d’autres plus bas</translation></message>
    <message><source>Delete what is older than {count} day from the history?</source><translation>Supprimer de l’historique ce qui est plus vieux que {count} jour ?</translation></message>
    <message><source>Delete what is older than {count} days from the history?</source><translation>Supprimer de l’historique ce qui est plus vieux que {count} jours ?</translation></message>
    <message><source>What waits, or has not ended, stays. The files that were sent are not touched.</source><translation>Ce qui attend, ou n’est pas fini, reste. Les fichiers envoyés ne sont pas touchés.</translation></message>
    <message><source>&amp;Delete</source><translation>Supprimer</translation></message>
    <message><source>{count} entry deleted</source><translation>{count} entrée supprimée</translation></message>
    <message><source>{count} entries deleted</source><translation>{count} entrées supprimées</translation></message>
</context>
<context>
    <name>HostAccess</name>
    <message><source>The process that sends and receives has not answered for {seconds} seconds. It may be waiting for a disk or a share that does not answer. If it is begun anew, nothing is lost: what was acknowledged is in the folder, and what waits is in the journal and goes on.</source><translation>Le processus qui envoie et reçoit n’a pas répondu depuis {seconds} secondes. Il attend peut-être un disque ou un partage qui ne répond pas. S’il est recommencé, rien n’est perdu : ce qui a été confirmé est dans le dossier, et ce qui attend est dans le journal et continue.</translation></message>
</context>
<context>
    <name>IdentityEntry</name>
    <message><source>User name for the peer</source><translation>Nom d’utilisateur pour le pair</translation></message>
    <message><source>nobody is named</source><translation>personne n’est nommé</translation></message>
    <message><source>With a passcode, asked for when it is first needed</source><translation>Avec un code, demandé quand il sert la première fois</translation></message>
    <message><source>The peer has to confirm it</source><translation>Le pair doit le confirmer</translation></message>
    <message><source>User name</source><translation>Nom d’utilisateur</translation></message>
    <message><source>{user}, with passcode</source><translation>{user}, avec code</translation></message>
    <message><source>Without TLS, anybody on the way can read the passcode.</source><translation>Sans TLS, n’importe qui en chemin peut lire le code.</translation></message>
    <message><source>The passcode is kept until the window closes or, if you want, in the keyring.</source><translation>Le code est gardé jusqu’à la fermeture de la fenêtre ou, si vous voulez, dans le trousseau.</translation></message>
</context>
<context>
    <name>ImportDialog</name>
    <message><source>Import peers</source><translation>Importer des pairs</translation></message>
    <message><source>Group for peers whose file has none</source><translation>Groupe pour les pairs dont le fichier n’en a pas</translation></message>
    <message><source>none</source><translation>aucun</translation></message>
    <message><source>Put them into group</source><translation>Les mettre dans le groupe</translation></message>
    <message><source>What becomes of each peer</source><translation>Ce que devient chaque pair</translation></message>
    <message><source>All</source><translation>Tout</translation></message>
    <message><source>To be added</source><translation>À ajouter</translation></message>
    <message><source>To be changed</source><translation>À changer</translation></message>
    <message><source>Left out</source><translation>Omis</translation></message>
    <message><source>Search name, address, reason</source><translation>Chercher nom, adresse, raison</translation></message>
    <message><source>Line</source><translation>Ligne</translation></message>
    <message><source>What becomes of it</source><translation>Ce qu’il devient</translation></message>
    <message><source>Peer</source><translation>Pair</translation></message>
    <message><source>Why</source><translation>Pourquoi</translation></message>
    <message><source>Import {count} peer</source><translation>Importer {count} pair</translation></message>
    <message><source>Import {count} peers</source><translation>Importer {count} pairs</translation></message>
    <message><source>Nothing to import</source><translation>Rien à importer</translation></message>
    <message><source>{added} will be added, {changed} changed, {left} left out</source><translation>{added} seront ajoutés, {changed} changés, {left} omis</translation></message>
</context>
<context>
    <name>KeyboardPage</name>
    <message><source>Keyboard</source><translation>Clavier</translation></message>
    <message><source>Search commands</source><translation>Chercher des commandes</translation></message>
    <message><source>Where</source><translation>Où</translation></message>
    <message><source>Command</source><translation>Commande</translation></message>
    <message><source>Keys</source><translation>Touches</translation></message>
    <message><source>Commands and their keys</source><translation>Commandes et leurs touches</translation></message>
    <message><source>Window</source><translation>Fenêtre</translation></message>
    <message><source>Keys of the command: press them here</source><translation>Touches de la commande : pressez-les ici</translation></message>
    <message><source>No keys</source><translation>Aucune touche</translation></message>
    <message><source>As usual</source><translation>Comme d’habitude</translation></message>
    <message><source>All as usual</source><translation>Tout comme d’habitude</translation></message>
</context>
<context>
    <name>LimitsEntry</name>
    <message><source>{count}, as usual</source><translation>{count}, comme d’habitude</translation></message>
    <message><source>Maximum PDU length, bytes</source><translation>Longueur maximale de PDU, octets</translation></message>
    <message><source>Associations at once, at most</source><translation>Associations à la fois, au plus</translation></message>
    <message><source>Seconds to connect</source><translation>Secondes pour connecter</translation></message>
    <message><source>Seconds for an association</source><translation>Secondes pour une association</translation></message>
    <message><source>Seconds for a message</source><translation>Secondes pour un message</translation></message>
    <message><source>Seconds without progress</source><translation>Secondes sans progrès</translation></message>
    <message><source>no limit</source><translation>pas de limite</translation></message>
    <message><source>Maximum PDU</source><translation>PDU maximal</translation></message>
    <message><source>Associations</source><translation>Associations</translation></message>
    <message><source>{count} at once</source><translation>{count} à la fois</translation></message>
    <message><source>PDUs of {count} bytes</source><translation>PDU de {count} octets</translation></message>
    <message><source>own time-outs</source><translation>délais propres</translation></message>
    <message><source>as usual</source><translation>comme d’habitude</translation></message>
    <message><source>It is a number from {least} to {most}, or nothing.</source><translation>C’est un nombre de {least} à {most}, ou rien.</translation></message>
    <message><source>Seconds are a number such as 30, or nothing for no limit.</source><translation>Les secondes sont un nombre comme 30, ou rien pour aucune limite.</translation></message>
</context>
<context>
    <name>ListDialog</name>
    <message><source>&amp;Close</source><translation>Fermer</translation></message>
    <message><source>All</source><translation>Tout</translation></message>
    <message><source>Done</source><translation>Fait</translation></message>
    <message><source>Problems</source><translation>Problèmes</translation></message>
    <message><source>To do</source><translation>À faire</translation></message>
    <message><source>Search lines and reasons</source><translation>Chercher lignes et raisons</translation></message>
    <message><source>Work through a list</source><translation>Travailler une liste</translation></message>
    <message><source>Lines of the list</source><translation>Lignes de la liste</translation></message>
    <message><source>A CSV file or a spreadsheet with accession numbers, patient IDs or UIDs: {peer} is asked for each line, and what is found can be fetched. Drop it here, or open it.</source><translation>Un fichier CSV ou un tableur avec des numéros d’accession, des ID de patients ou des UID : {peer} est interrogé pour chaque ligne, et ce qui est trouvé peut être cherché. Déposez-le ici, ou ouvrez-le.</translation></message>
    <message><source>&amp;Open list…</source><translation>Ouvrir une liste…</translation></message>
    <message><source>&amp;Earlier lists</source><translation>Listes précédentes</translation></message>
    <message><source>&amp;Export report…</source><translation>Exporter le rapport…</translation></message>
    <message><source>Open list</source><translation>Ouvrir une liste</translation></message>
    <message><source>{name}, {done} of {total} lines, {peer}, {day}</source><translation>{name}, {done} sur {total} lignes, {peer}, {day}</translation></message>
    <message><source>This list was begun with another peer</source><translation>Cette liste a été commencée avec un autre pair</translation></message>
    <message><source>It is for {peer}. Choose that peer, then take the list up again.</source><translation>Elle est pour {peer}. Choisissez ce pair, puis reprenez la liste.</translation></message>
    <message><source>Export report</source><translation>Exporter le rapport</translation></message>
    <message><source>The report was not written</source><translation>Le rapport n’a pas été écrit</translation></message>
    <message><source>The report was written</source><translation>Le rapport a été écrit</translation></message>
    <message><source>Stop &amp;now</source><translation>Arrêter maintenant</translation></message>
    <message><source>&amp;Stop</source><translation>Arrêter</translation></message>
    <message><source>Break everything off</source><translation>Tout interrompre</translation></message>
    <message><source>Stop in order; it can be taken up again</source><translation>Arrêter en ordre ; cela peut être repris</translation></message>
    <message><source>Go on with the lines that are to do, and try again what failed</source><translation>Continuer avec les lignes à faire, et réessayer ce qui a échoué</translation></message>
    <message><source>&amp;Go on</source><translation>Continuer</translation></message>
    <message><source>&amp;Start</source><translation>Commencer</translation></message>
    <message><source>Ask for each line (Ctrl+Return)</source><translation>Demander chaque ligne (Ctrl+Entrée)</translation></message>
    <message><source>{count} line</source><translation>{count} ligne</translation></message>
    <message><source>{count} lines</source><translation>{count} lignes</translation></message>
    <message><source>{name}: {lines} for {peer}</source><translation>{name} : {lines} pour {peer}</translation></message>
    <message><source>Stop and &amp;close</source><translation>Arrêter et fermer</translation></message>
    <message><source>The list can be taken up again</source><translation>La liste peut être reprise</translation></message>
</context>
<context>
    <name>ListFlow</name>
    <message><source>Waiting until {time}</source><translation>Attend jusqu’à {time}</translation></message>
    <message><source>Trying again at {time}</source><translation>Nouvel essai à {time}</translation></message>
</context>
<context>
    <name>ListenerDialog</name>
    <message><source>Settings of the listener</source><translation>Réglages de la réception</translation></message>
    <message><source>Encryption</source><translation>Chiffrement</translation></message>
    <message><source>Who may send</source><translation>Qui peut envoyer</translation></message>
    <message><source>Files</source><translation>Fichiers</translation></message>
    <message><source>Listen when the program starts</source><translation>Écouter quand le programme démarre</translation></message>
</context>
<context>
    <name>ListsAccess</name>
    <message><source>Only lists can be dropped here: {endings}</source><translation>Seules des listes peuvent être déposées ici : {endings}</translation></message>
    <message><source>A column of accession numbers, patient IDs or UIDs. DICOM files are dropped on Send.</source><translation>Une colonne de numéros d’accession, d’ID de patients ou d’UID. Les fichiers DICOM se déposent sur Envoyer.</translation></message>
</context>
<context>
    <name>LogAccess</name>
    <message><source>{folder} cannot be written: {reason}. The log is kept until the window closes.</source><translation>Impossible d’écrire dans {folder} : {reason}. Le journal est gardé jusqu’à la fermeture de la fenêtre.</translation></message>
    <message><source>The log is not kept</source><translation>Le journal n’est pas conservé</translation></message>
</context>
<context>
    <name>LogPane</name>
    <message><source>Everything</source><translation>Tout</translation></message>
    <message><source>Information</source><translation>Informations</translation></message>
    <message><source>Warnings</source><translation>Avertissements</translation></message>
    <message><source>Errors</source><translation>Erreurs</translation></message>
    <message><source>Least level of the lines</source><translation>Niveau minimal des lignes</translation></message>
    <message><source>Search the log</source><translation>Rechercher dans le journal</translation></message>
    <message><source>Log</source><translation>Journal</translation></message>
    <message><source>Copy</source><translation>Copier</translation></message>
    <message><source>Save…</source><translation>Enregistrer…</translation></message>
    <message><source>Close the log</source><translation>Fermer le journal</translation></message>
    <message><source>Save the log as</source><translation>Enregistrer le journal sous</translation></message>
</context>
<context>
    <name>LookDialog</name>
    <message><source>One image of {title}</source><translation>Une image de {title}</translation></message>
    <message><source>&amp;Retrieve</source><translation>Récupérer</translation></message>
    <message><source>Close</source><translation>Fermer</translation></message>
    <message><source>Fetching one image from {peer}…</source><translation>Une image est cherchée chez {peer}…</translation></message>
    <message><source>The image came, but cannot be shown: {reason}</source><translation>L’image est venue, mais ne peut être montrée : {reason}</translation></message>
    <message><source>{peer} tells of no images below it: query again, it may have been removed.</source><translation>{peer} ne parle d’aucune image en dessous : redemandez, elle a peut-être été enlevée.</translation></message>
    <message><source>{columns} by {rows} pixels</source><translation>{columns} par {rows} pixels</translation></message>
    <message><source>frame {frame} of {frames}</source><translation>image {frame} sur {frames}</translation></message>
    <message><source>one of {count} or more</source><translation>une sur {count} ou plus</translation></message>
    <message><source>image {place} of {count}</source><translation>image {place} sur {count}</translation></message>
    <message><source>small, not for diagnosis</source><translation>petite, pas pour le diagnostic</translation></message>
</context>
<context>
    <name>MainWindow</name>
    <message><source>Instances are being sent.</source><translation>Des instances sont en cours d’envoi.</translation></message>
    <message><source>Instances are being retrieved.</source><translation>Des instances sont en cours de récupération.</translation></message>
    <message><source>Somebody is sending to this machine.</source><translation>Quelqu’un envoie vers cette machine.</translation></message>
    <message><source>dicomdesk is closing…</source><translation>dicomdesk se ferme…</translation></message>
    <message><source>The engine does not answer</source><translation>Le moteur ne répond pas</translation></message>
    <message><source>&amp;Begin it anew</source><translation>Recommencer</translation></message>
    <message><source>&amp;Wait</source><translation>Attendre</translation></message>
    <message><source>That did not work</source><translation>Cela n’a pas marché</translation></message>
</context>
<context>
    <name>ModalityChips</name>
    <message><source>Other modalities</source><translation>Autres modalités</translation></message>
    <message><source>other</source><translation>autre</translation></message>
    <message><source>Modality {code}</source><translation>Modalité {code}</translation></message>
</context>
<context>
    <name>NameDialog</name>
    <message><source>Save this query</source><translation>Enregistrer cette requête</translation></message>
    <message><source>Name of the query</source><translation>Nom de la requête</translation></message>
    <message><source>What the form says is kept with the peers that are chosen. Dates stay relative.</source><translation>Ce que dit le formulaire est gardé avec les pairs choisis. Les dates restent relatives.</translation></message>
    <message><source>A name is needed, to find the query by.</source><translation>Un nom est nécessaire, pour retrouver la requête.</translation></message>
</context>
<context>
    <name>NegotiationPanel</name>
    <message><source>Presentation contexts</source><translation>Contextes de présentation</translation></message>
    <message><source>Messages</source><translation>Messages</translation></message>
    <message><source>Security and options</source><translation>Sécurité et options</translation></message>
    <message><source>Nothing was proposed, or it did not come to that.</source><translation>Rien n’a été proposé, ou on n’en est pas arrivé là.</translation></message>
    <message><source>Nothing was said on this association so far.</source><translation>Rien n’a été dit sur cette association jusqu’ici.</translation></message>
    <message><source>A connection from {place}: no association was asked for</source><translation>Une connexion de {place} : aucune association demandée</translation></message>
    <message><source>{names}: negotiating</source><translation>{names} : en négociation</translation></message>
    <message><source>{names}: no association</source><translation>{names} : pas d’association</translation></message>
    <message><source>{accepted} of {proposed} presentation contexts accepted</source><translation>{accepted} sur {proposed} contextes de présentation acceptés</translation></message>
    <message><source>{names}: aborted, {accepted}</source><translation>{names} : interrompue, {accepted}</translation></message>
    <message><source>One more was refused.</source><translation>Une de plus a été refusée.</translation></message>
    <message><source>{count} more were refused.</source><translation>{count} de plus ont été refusées.</translation></message>
    <message><source>The peer's certificate: valid until {date}.</source><translation>Le certificat du pair : valable jusqu’au {date}.</translation></message>
    <message><source>Direction</source><translation>Sens</translation></message>
    <message><source>Calling</source><translation>Appelant</translation></message>
    <message><source>Called</source><translation>Appelé</translation></message>
    <message><source>unlimited</source><translation>illimité</translation></message>
    <message><source>Peer</source><translation>Pair</translation></message>
    <message><source>Peer's software</source><translation>Logiciel du pair</translation></message>
    <message><source>Largest PDU, theirs / ours</source><translation>Plus grand PDU, le sien / le nôtre</translation></message>
    <message><source>User</source><translation>Utilisateur</translation></message>
    <message><source>Security</source><translation>Sécurité</translation></message>
    <message><source>none</source><translation>aucun</translation></message>
    <message><source>Lasted</source><translation>Durée</translation></message>
</context>
<context>
    <name>OutboxAccess</name>
    <message><source>The window is closing.</source><translation>La fenêtre se ferme.</translation></message>
    <message><source>{reason}, again and again. Begin the program anew to send.</source><translation>{reason}, encore et encore. Redémarrez le programme pour envoyer.</translation></message>
    <message><source>{reason}. What was queued is lost, as it was not kept.</source><translation>{reason}. Ce qui était en file est perdu, car ce n’était pas gardé.</translation></message>
</context>
<context>
    <name>OutlineView</name>
    <message><source>Nothing fits what is searched for.</source><translation>Rien ne correspond à la recherche.</translation></message>
</context>
<context>
    <name>PathField</name>
    <message><source>Choose: {what}</source><translation>Choisir : {what}</translation></message>
</context>
<context>
    <name>PeerActions</name>
    <message><source>Removed {name}</source><translation>{name} enlevé</translation></message>
    <message><source>Removed {count} peers</source><translation>{count} pairs enlevés</translation></message>
    <message><source>&amp;Undo</source><translation>Annuler</translation></message>
    <message><source>Pass phrases and passcodes that are in the keyring stay there.</source><translation>Les phrases secrètes et codes du trousseau y restent.</translation></message>
    <message><source>Forget the secrets</source><translation>Oublier les secrets</translation></message>
    <message><source>The address book stays as it was</source><translation>Le carnet d’adresses est resté tel quel</translation></message>
    <message><source>Their secrets are forgotten, in the keyring too</source><translation>Leurs secrets sont oubliés, dans le trousseau aussi</translation></message>
    <message><source>{count} peer is back</source><translation>{count} pair est de retour</translation></message>
    <message><source>{count} peers are back</source><translation>{count} pairs sont de retour</translation></message>
    <message><source>The security settings cannot be used</source><translation>Les réglages de sécurité ne peuvent pas être utilisés</translation></message>
    <message><source>Rename group {group}</source><translation>Renommer le groupe {group}</translation></message>
    <message><source>Move to a new group</source><translation>Mettre dans un nouveau groupe</translation></message>
    <message><source>Import peers</source><translation>Importer des pairs</translation></message>
    <message><source>That cannot be imported</source><translation>Cela ne peut pas être importé</translation></message>
    <message><source>{file}, read as {format}</source><translation>{file}, lu comme {format}</translation></message>
    <message><source>{added} added, {changed} changed, {left} left out</source><translation>{added} ajoutés, {changed} changés, {left} omis</translation></message>
    <message><source>Export peers</source><translation>Exporter des pairs</translation></message>
    <message><source>The file cannot be written</source><translation>Le fichier ne peut pas être écrit</translation></message>
    <message><source>{count} peer exported</source><translation>{count} pair exporté</translation></message>
    <message><source>{count} peers exported</source><translation>{count} pairs exportés</translation></message>
    <message><source>To {file}.</source><translation>Vers {file}.</translation></message>
</context>
<context>
    <name>PeerChoice</name>
    <message><source>Choose from the address book</source><translation>Choisir dans le carnet d’adresses</translation></message>
    <message><source>Choose peers</source><translation>Choisir des pairs</translation></message>
    <message><source>Choose a peer</source><translation>Choisir un pair</translation></message>
    <message><source>{count} more</source><translation>{count} de plus</translation></message>
    <message><source>{first} and {rest}</source><translation>{first} et {rest}</translation></message>
</context>
<context>
    <name>PeerDialog</name>
    <message><source>Peer</source><translation>Pair</translation></message>
    <message><source>Encryption</source><translation>Chiffrement</translation></message>
    <message><source>User identity</source><translation>Identité d’utilisateur</translation></message>
    <message><source>Query and retrieve</source><translation>Recherche et récupération</translation></message>
    <message><source>Limits</source><translation>Limites</translation></message>
    <message><source>Notes</source><translation>Notes</translation></message>
    <message><source>Name of the peer</source><translation>Nom du pair</translation></message>
    <message><source>what you call it</source><translation>comment vous l’appelez</translation></message>
    <message><source>Group of the peer</source><translation>Groupe du pair</translation></message>
    <message><source>none</source><translation>aucun</translation></message>
    <message><source>AE title of the peer</source><translation>Titre AE du pair</translation></message>
    <message><source>AE title</source><translation>Titre AE</translation></message>
    <message><source>Host of the peer</source><translation>Machine du pair</translation></message>
    <message><source>host or address</source><translation>nom ou adresse</translation></message>
    <message><source>Port of the peer</source><translation>Port du pair</translation></message>
    <message><source>Our own AE title there</source><translation>Notre propre titre AE là-bas</translation></message>
    <message><source>as entered where it is used</source><translation>comme saisi là où il sert</translation></message>
    <message><source>Notes on the peer</source><translation>Notes sur le pair</translation></message>
    <message><source>Name</source><translation>Nom</translation></message>
    <message><source>Group</source><translation>Groupe</translation></message>
    <message><source>Host and port</source><translation>Machine et port</translation></message>
    <message><source>Own AE title</source><translation>Titre AE propre</translation></message>
    <message><source>&amp;Test</source><translation>Test</translation></message>
    <message><source>Check the connection with these settings</source><translation>Vérifier la connexion avec ces réglages</translation></message>
    <message><source>Another peer has this name.</source><translation>Un autre pair a ce nom.</translation></message>
</context>
<context>
    <name>PeerEntry</name>
    <message><source>AE title of the peer</source><translation>Titre AE du pair</translation></message>
    <message><source>AE title</source><translation>Titre AE</translation></message>
    <message><source>Host of the peer</source><translation>Machine du pair</translation></message>
    <message><source>host or address</source><translation>nom ou adresse</translation></message>
    <message><source>Port of the peer</source><translation>Port du pair</translation></message>
    <message><source>port</source><translation>port</translation></message>
    <message><source>Our own AE title</source><translation>Notre propre titre AE</translation></message>
    <message><source>own AE title</source><translation>titre AE propre</translation></message>
    <message><source>To</source><translation>À</translation></message>
    <message><source>at</source><translation>@</translation></message>
    <message><source>a&amp;s</source><translation>de</translation></message>
</context>
<context>
    <name>PeerPopup</name>
    <message><source>Choose from the address book</source><translation>Choisir dans le carnet d’adresses</translation></message>
    <message><source>Type to find a peer</source><translation>Écrire pour trouver un pair</translation></message>
    <message><source>Peers</source><translation>Pairs</translation></message>
    <message><source>No peer fits.</source><translation>Aucun pair ne correspond.</translation></message>
    <message><source>The address book is empty.</source><translation>Le carnet d’adresses est vide.</translation></message>
    <message><source>Address &amp;book</source><translation>Carnet d’adresses</translation></message>
    <message><source>See and edit all peers</source><translation>Voir et modifier tous les pairs</translation></message>
    <message><source>Done</source><translation>Fait</translation></message>
    <message><source>Choose {count}</source><translation>Choisir {count}</translation></message>
</context>
<context>
    <name>PeerQuestions</name>
    <message><source>Asking {peer}…</source><translation>{peer} est interrogé…</translation></message>
</context>
<context>
    <name>PeerSetup</name>
    <message><source>Peer and its security</source><translation>Pair et sa sécurité</translation></message>
    <message><source>Not encrypted.</source><translation>Non chiffré.</translation></message>
    <message><source>Encrypted: {profile}.</source><translation>Chiffré : {profile}.</translation></message>
    <message><source>As user {user}.</source><translation>En tant qu’utilisateur {user}.</translation></message>
    <message><source>Peer and its security (Ctrl+K)</source><translation>Pair et sa sécurité (Ctrl+K)</translation></message>
</context>
<context>
    <name>PeersPane</name>
    <message><source>Something is wrong with the file of the address book</source><translation>Quelque chose ne va pas avec le fichier du carnet d’adresses</translation></message>
    <message><source>Address book</source><translation>Carnet d’adresses</translation></message>
    <message><source>All</source><translation>Tout</translation></message>
    <message><source>In order</source><translation>En ordre</translation></message>
    <message><source>Problems</source><translation>Problèmes</translation></message>
    <message><source>Never checked</source><translation>Jamais vérifiés</translation></message>
    <message><source>Search name, AE title, host, notes</source><translation>Chercher nom, titre AE, machine, notes</translation></message>
    <message><source>&amp;Add…</source><translation>Ajouter…</translation></message>
    <message><source>Add a peer (Ctrl+N)</source><translation>Ajouter un pair (Ctrl+N)</translation></message>
    <message><source>Check a&amp;ll</source><translation>Tout vérifier</translation></message>
    <message><source>Ask each peer for an echo (Ctrl+Shift+T)</source><translation>Demander un écho à chaque pair (Ctrl+Maj+T)</translation></message>
    <message><source>More</source><translation>Plus</translation></message>
    <message><source>No peers yet</source><translation>Pas encore de pairs</translation></message>
    <message><source>Each archive, scanner or workstation has its address, its security and its wishes here, under a name. Drop a dcmqrscp.cfg, an orthanc.json, a node list of Weasis or a table to begin with.</source><translation>Chaque archive, appareil ou station a ici, sous un nom, son adresse, sa sécurité et ses souhaits. Déposez un dcmqrscp.cfg, un orthanc.json, une liste de nœuds de Weasis ou une table pour commencer.</translation></message>
    <message><source>Add a peer…</source><translation>Ajouter un pair…</translation></message>
    <message><source>Import…</source><translation>Importer…</translation></message>
    <message><source>&amp;Import…</source><translation>Importer…</translation></message>
    <message><source>&amp;Export</source><translation>Exporter</translation></message>
    <message><source>&amp;Check what is selected</source><translation>Vérifier ce qui est sélectionné</translation></message>
    <message><source>Stop checking</source><translation>Arrêter la vérification</translation></message>
    <message><source>Fold all groups</source><translation>Replier tous les groupes</translation></message>
    <message><source>Open all groups</source><translation>Ouvrir tous les groupes</translation></message>
    <message><source>&amp;Add a peer…</source><translation>Ajouter un pair…</translation></message>
    <message><source>&amp;Duplicate…</source><translation>Dupliquer…</translation></message>
    <message><source>Check a&amp;ll peers</source><translation>Vérifier tous les pairs</translation></message>
    <message><source>Check what is selected, or all</source><translation>Vérifier ce qui est sélectionné, ou tout</translation></message>
    <message><source>&amp;Find in the address book</source><translation>Rechercher dans le carnet d’adresses</translation></message>
    <message><source>Check of {name}</source><translation>Vérification de {name}</translation></message>
    <message><source>as {own}</source><translation>comme {own}</translation></message>
    <message><source>Checked {at}: {text}</source><translation>Vérifié {at} : {text}</translation></message>
    <message><source>Chec&amp;k</source><translation>Vérifier</translation></message>
    <message><source>Step b&amp;y step</source><translation>Pas à pas</translation></message>
    <message><source>Edit…</source><translation>Modifier…</translation></message>
    <message><source>Remove</source><translation>Enlever</translation></message>
    <message><source>{count} peer selected</source><translation>{count} pair sélectionné</translation></message>
    <message><source>{count} peers selected</source><translation>{count} pairs sélectionnés</translation></message>
    <message><source>The address book is empty</source><translation>Le carnet d’adresses est vide</translation></message>
    <message><source>{count} peer</source><translation>{count} pair</translation></message>
    <message><source>{count} peers</source><translation>{count} pairs</translation></message>
    <message><source>Every view chooses from them. Drag a row, or press Alt and an arrow key, to put them in order.</source><translation>Chaque vue y choisit. Tirez une ligne, ou pressez Alt et une flèche, pour les mettre en ordre.</translation></message>
    <message><source>Checking: {count} peer left</source><translation>Vérification : reste {count} pair</translation></message>
    <message><source>Checking: {count} peers left</source><translation>Vérification : restent {count} pairs</translation></message>
    <message><source>Stop</source><translation>Arrêter</translation></message>
    <message><source>{good} in order, {others} with problems.</source><translation>{good} en ordre, {others} avec problèmes.</translation></message>
    <message><source>Checking was stopped</source><translation>La vérification a été arrêtée</translation></message>
    <message><source>All checked</source><translation>Tous vérifiés</translation></message>
    <message><source>Show problems</source><translation>Montrer les problèmes</translation></message>
    <message><source>Rename group…</source><translation>Renommer le groupe…</translation></message>
    <message><source>Check step by step…</source><translation>Vérifier pas à pas…</translation></message>
    <message><source>Duplicate</source><translation>Dupliquer</translation></message>
    <message><source>Check</source><translation>Vérifier</translation></message>
    <message><source>Move to group</source><translation>Mettre dans le groupe</translation></message>
    <message><source>(none)</source><translation>(aucun)</translation></message>
    <message><source>New group…</source><translation>Nouveau groupe…</translation></message>
    <message><source>Add…</source><translation>Ajouter…</translation></message>
</context>
<context>
    <name>PlanDialog</name>
    <message><source>What would change</source><translation>Ce qui changerait</translation></message>
    <message><source>&amp;Show what would change</source><translation>Montrer ce qui changerait</translation></message>
    <message><source>Carry it out</source><translation>Le faire</translation></message>
    <message><source>Leave it as it is</source><translation>Laisser tel quel</translation></message>
    <message><source>Reading…</source><translation>Lecture…</translation></message>
    <message><source>… and {count} line more</source><translation>… et {count} ligne de plus</translation></message>
    <message><source>… and {count} lines more</source><translation>… et {count} lignes de plus</translation></message>
    <message><source>Change what is wrong above, then have shown what would change: nothing is changed by that.</source><translation>Changez ce qui est faux ci-dessus, puis faites montrer ce qui changerait : rien n’en est changé.</translation></message>
</context>
<context>
    <name>PreflightPanel</name>
    <message><source>How everything would go</source><translation>Comment tout irait</translation></message>
    <message><source>Allow decompression</source><translation>Permettre la décompression</translation></message>
    <message><source>Let lossy images be decompressed, and check again</source><translation>Laisser décompresser les images avec pertes, et vérifier de nouveau</translation></message>
    <message><source>Check again</source><translation>Vérifier de nouveau</translation></message>
    <message><source>Stop</source><translation>Arrêter</translation></message>
    <message><source>Copy all as text</source><translation>Tout copier comme texte</translation></message>
    <message><source>Close (Escape)</source><translation>Fermer (Échap)</translation></message>
</context>
<context>
    <name>ProblemList</name>
    <message><source>Problems</source><translation>Problèmes</translation></message>
    <message><source>Time</source><translation>Heure</translation></message>
    <message><source>View</source><translation>Vue</translation></message>
    <message><source>What</source><translation>Quoi</translation></message>
    <message><source>Why</source><translation>Pourquoi</translation></message>
    <message><source>&amp;Show the row</source><translation>Montrer la ligne</translation></message>
    <message><source>&amp;Dismiss</source><translation>Écarter</translation></message>
    <message><source>Dismiss &amp;all</source><translation>Tout écarter</translation></message>
    <message><source>No problems</source><translation>Aucun problème</translation></message>
    <message><source>Whatever needs you is listed here until it is mended.</source><translation>Ce qui a besoin de vous reste ici jusqu’à ce que ce soit réparé.</translation></message>
    <message><source>Program</source><translation>Programme</translation></message>
    <message><source>{count} problem</source><translation>{count} problème</translation></message>
    <message><source>{count} problems</source><translation>{count} problèmes</translation></message>
    <message><source>{count} problems selected</source><translation>{count} problèmes sélectionnés</translation></message>
    <message><source>Select a problem to read all of it; Return leads to its row</source><translation>Sélectionnez un problème pour le lire en entier ; Entrée mène à sa ligne</translation></message>
</context>
<context>
    <name>ProfileDialog</name>
    <message><source>Acceptance profile</source><translation>Profil d’acceptation</translation></message>
    <message><source>Profile file</source><translation>Fichier de profil</translation></message>
    <message><source>storescp.cfg</source><translation>storescp.cfg</translation></message>
    <message><source>Name of the profile</source><translation>Nom du profil</translation></message>
    <message><source>Default</source><translation>Default</translation></message>
    <message><source>Choose…</source><translation>Choisir…</translation></message>
    <message><source>File</source><translation>Fichier</translation></message>
    <message><source>Profile</source><translation>Profil</translation></message>
    <message><source>This is needed.</source><translation>C’est nécessaire.</translation></message>
</context>
<context>
    <name>QueryActions</name>
    <message><source>The peer has named no patient: neither ID nor name</source><translation>Le pair n’a nommé aucun patient : ni ID ni nom</translation></message>
    <message><source>Copied: it asks the same in a terminal</source><translation>Copié : dans un terminal, cela demande la même chose</translation></message>
    <message><source>There is nothing yet: press Query first</source><translation>Il n’y a encore rien : pressez d’abord Rechercher</translation></message>
    <message><source>Save results</source><translation>Enregistrer les résultats</translation></message>
    <message><source>The results could not be written</source><translation>Les résultats n’ont pas pu être écrits</translation></message>
    <message><source>{count} result written</source><translation>{count} résultat écrit</translation></message>
    <message><source>{count} results written</source><translation>{count} résultats écrits</translation></message>
    <message><source>That cannot be asked</source><translation>Cela ne peut pas être demandé</translation></message>
    <message><source>{count} new at {at}</source><translation>{count} nouveaux à {at}</translation></message>
    <message><source>Nothing new at {at}</source><translation>Rien de nouveau à {at}</translation></message>
</context>
<context>
    <name>QueryFlow</name>
    <message><source>Asking {peers}…</source><translation>{peers} : interrogation…</translation></message>
    <message><source>It was stopped before it was asked.</source><translation>Arrêté avant d’être demandé.</translation></message>
    <message><source>Stopped before everything had come</source><translation>Arrêté avant que tout soit venu</translation></message>
    <message><source>Nothing is below it at {peer}</source><translation>Rien en dessous chez {peer}</translation></message>
</context>
<context>
    <name>QueryFormPart</name>
    <message><source>Patient name</source><translation>Nom du patient</translation></message>
    <message><source>Doe^J, or *jane*</source><translation>Doe^J, ou *jane*</translation></message>
    <message><source>Patient ID</source><translation>ID du patient</translation></message>
    <message><source>Birth date</source><translation>Date de naissance</translation></message>
    <message><source>1950-12-31</source><translation>1950-12-31</translation></message>
    <message><source>Accession number</source><translation>Numéro d’accession</translation></message>
    <message><source>From date</source><translation>À partir du</translation></message>
    <message><source>from</source><translation>du</translation></message>
    <message><source>To date</source><translation>Jusqu’au</translation></message>
    <message><source>to</source><translation>au</translation></message>
    <message><source>Study description</source><translation>Description de l’étude</translation></message>
    <message><source>any part of it</source><translation>n’importe quelle partie</translation></message>
    <message><source>Any other keys</source><translation>D’autres clés quelconques</translation></message>
    <message><source>StationName=CT1; (0010,0040)=F</source><translation>StationName=CT1; (0010,0040)=F</translation></message>
    <message><source>Studies</source><translation>Études</translation></message>
    <message><source>Patients, then studies</source><translation>Patients, puis études</translation></message>
    <message><source>Patient/study only</source><translation>Patient/étude seulement</translation></message>
    <message><source>Information model</source><translation>Modèle d’information</translation></message>
    <message><source>Study Root, Patient Root, Patient/Study Only, or Modality Worklist, which has scheduled steps</source><translation>Study Root, Patient Root, Patient/Study Only, ou Modality Worklist, qui a des étapes prévues</translation></message>
    <message><source>&amp;Name</source><translation>Nom</translation></message>
    <message><source>&amp;ID</source><translation>ID</translation></message>
    <message><source>&amp;Born</source><translation>Né</translation></message>
    <message><source>&amp;Accession</source><translation>Accession</translation></message>
    <message><source>&amp;Description</source><translation>Description</translation></message>
    <message><source>&amp;Keys</source><translation>Clés</translation></message>
    <message><source>Sho&amp;w</source><translation>Montre</translation></message>
    <message><source>&amp;More ({count})</source><translation>Plus ({count})</translation></message>
    <message><source>&amp;More</source><translation>Plus</translation></message>
    <message><source>Description, any other key, and the information model</source><translation>Description, toute autre clé, et le modèle d’information</translation></message>
</context>
<context>
    <name>QueryHeader</name>
    <message><source>Recent and saved queries (Ctrl+J)</source><translation>Requêtes récentes et enregistrées (Ctrl+J)</translation></message>
    <message><source>More</source><translation>Plus</translation></message>
    <message><source>End the associations without waiting for the peers (Escape)</source><translation>Finir les associations sans attendre les pairs (Échap)</translation></message>
    <message><source>Stop now</source><translation>Arrêter maintenant</translation></message>
    <message><source>Ask the peers to stop; what has come stays (Escape)</source><translation>Demander aux pairs d’arrêter ; ce qui est venu reste (Échap)</translation></message>
    <message><source>Stop</source><translation>Arrêter</translation></message>
    <message><source>Query</source><translation>Rechercher</translation></message>
    <message><source>Ask the peers (Ctrl+Return)</source><translation>Interroger les pairs (Ctrl+Entrée)</translation></message>
</context>
<context>
    <name>QueryPane</name>
    <message><source>Search in what was found</source><translation>Chercher dans ce qui a été trouvé</translation></message>
    <message><source>Results</source><translation>Résultats</translation></message>
    <message><source>Work through a &amp;list…</source><translation>Travailler une liste…</translation></message>
    <message><source>&amp;Query</source><translation>Rechercher</translation></message>
    <message><source>&amp;Stop asking</source><translation>Arrêter la demande</translation></message>
    <message><source>&amp;Retrieve what is selected</source><translation>Récupérer ce qui est sélectionné</translation></message>
    <message><source>Recent and &amp;saved queries…</source><translation>Requêtes récentes et enregistrées…</translation></message>
    <message><source>&amp;Find in the results</source><translation>Rechercher dans les résultats</translation></message>
    <message><source>Everything</source><translation>Tout</translation></message>
    <message><source>&amp;Retrieve</source><translation>Récupérer</translation></message>
    <message><source>&amp;Look at one image</source><translation>Regarder une image</translation></message>
    <message><source>All studies of this &amp;patient</source><translation>Toutes les études de ce patient</translation></message>
    <message><source>Copy &amp;UIDs</source><translation>Copier les UID</translation></message>
    <message><source>Copy re&amp;trieve as command</source><translation>Copier la récupération comme commande</translation></message>
    <message><source>{words} here</source><translation>{words} ici</translation></message>
    <message><source>{found}, {hidden} hidden by the search</source><translation>{found}, {hidden} cachés par la recherche</translation></message>
    <message><source>{found} so far</source><translation>{found} jusqu’ici</translation></message>
    <message><source>{found}, listed as you scroll</source><translation>{found}, listés en défilant</translation></message>
    <message><source>Ask what a peer has</source><translation>Demandez ce qu’un pair possède</translation></message>
    <message><source>Fill in what you know, or nothing at all, and press Query. The beginning of a name is enough.</source><translation>Remplissez ce que vous savez, ou rien du tout, et pressez Rechercher. Le début d’un nom suffit.</translation></message>
    <message><source>No results</source><translation>Aucun résultat</translation></message>
    <message><source>See below why, and what can be done.</source><translation>Voyez en dessous pourquoi, et ce qui peut être fait.</translation></message>
</context>
<context>
    <name>ReadingForm</name>
    <message><source>The first line is a header</source><translation>La première ligne est un en-tête</translation></message>
    <message><source>Digits that numbers are filled up to with zeros</source><translation>Chiffres jusqu’auxquels les numéros sont complétés de zéros</translation></message>
    <message><source>digits</source><translation>chiffres</translation></message>
    <message><source>Column</source><translation>Colonne</translation></message>
    <message><source>What it holds</source><translation>Ce qu’elle contient</translation></message>
    <message><source>Whether the first line names the columns and is no line of the list</source><translation>Si la première ligne nomme les colonnes et n’est pas une ligne de la liste</translation></message>
    <message><source>&amp;Column</source><translation>Colonne</translation></message>
    <message><source>&amp;holds</source><translation>contient</translation></message>
    <message><source>&amp;Zeros up to</source><translation>Zéros jusqu’à</translation></message>
    <message><source>A number of digits is 1 to {most}.</source><translation>Un nombre de chiffres va de 1 à {most}.</translation></message>
</context>
<context>
    <name>ReceivePane</name>
    <message><source>Our own AE title</source><translation>Notre propre titre AE</translation></message>
    <message><source>Port to listen on</source><translation>Port d’écoute</translation></message>
    <message><source>Folder for what is received</source><translation>Dossier de réception</translation></message>
    <message><source>folder</source><translation>dossier</translation></message>
    <message><source>Everything</source><translation>Tout</translation></message>
    <message><source>Echo only</source><translation>Écho</translation></message>
    <message><source>Profile…</source><translation>Profil…</translation></message>
    <message><source>Choose the &amp;folder…</source><translation>Choisir le dossier…</translation></message>
    <message><source>Receive into the &amp;archive</source><translation>Recevoir dans l’archive</translation></message>
    <message><source>Where what is received goes</source><translation>Où va ce qui est reçu</translation></message>
    <message><source>Settings</source><translation>Réglages</translation></message>
    <message><source>Listen &amp;as</source><translation>Écoute</translation></message>
    <message><source>&amp;port</source><translation>port</translation></message>
    <message><source>&amp;into</source><translation>dans</translation></message>
    <message><source>What is accepted</source><translation>Ce qui est accepté</translation></message>
    <message><source>ta&amp;ke</source><translation>prend</translation></message>
    <message><source>&amp;Start listening</source><translation>Commencer l’écoute</translation></message>
    <message><source>&amp;Start or stop listening</source><translation>Commencer ou arrêter l’écoute</translation></message>
    <message><source>Settings of the &amp;listener…</source><translation>Réglages de la réception…</translation></message>
    <message><source>&amp;Choose the folder…</source><translation>Choisir le dossier…</translation></message>
    <message><source>&amp;Open the folder</source><translation>Ouvrir le dossier</translation></message>
    <message><source>Clear &amp;finished</source><translation>Retirer ce qui est fini</translation></message>
    <message><source>Copy what the other side has to &amp;enter</source><translation>Copier ce que l’autre côté doit saisir</translation></message>
    <message><source>See &amp;again how much room is left</source><translation>Regarder combien de place il reste</translation></message>
    <message><source>F&amp;ind in the list</source><translation>Rechercher dans la liste</translation></message>
    <message><source>Listen for associations (Ctrl+Return)</source><translation>Attendre des associations (Ctrl+Entrée)</translation></message>
    <message><source>Start</source><translation>Écouter</translation></message>
    <message><source>Stop now</source><translation>Arrêter maintenant</translation></message>
    <message><source>Abort all associations</source><translation>Interrompre toutes les associations</translation></message>
    <message><source>Take no more associations, let open ones end (Ctrl+Return)</source><translation>Ne plus accepter d’associations, laisser finir celles qui sont ouvertes (Ctrl+Entrée)</translation></message>
    <message><source>Stop</source><translation>Arrêter</translation></message>
    <message><source>Waiting for the first study</source><translation>En attente de la première étude</translation></message>
    <message><source>What arrives is shown here while it arrives.</source><translation>Ce qui arrive se montre ici pendant son arrivée.</translation></message>
    <message><source>Receive studies from modalities and PACS</source><translation>Recevoir des études de modalités et de PACS</translation></message>
    <message><source>Start listening, then let the other side send to this AE title and port.</source><translation>Commencez l’écoute, puis laissez l’autre côté envoyer vers ce titre AE et ce port.</translation></message>
    <message><source>Copy for the other side</source><translation>Copier pour l’autre côté</translation></message>
    <message><source>Security…</source><translation>Sécurité…</translation></message>
    <message><source>Show associations</source><translation>Montrer les associations</translation></message>
    <message><source>Settings of the listener: encryption, who may send, names of files (Ctrl+K)</source><translation>Réglages de la réception : chiffrement, qui peut envoyer, noms de fichiers (Ctrl+K)</translation></message>
    <message><source>Settings of the listener</source><translation>Réglages de la réception</translation></message>
    <message><source>It was to listen with the program.</source><translation>L’écoute devait commencer avec le programme.</translation></message>
</context>
<context>
    <name>ReceivedList</name>
    <message><source>Received studies</source><translation>Études reçues</translation></message>
    <message><source>All</source><translation>Tout</translation></message>
    <message><source>Arriving</source><translation>En arrivée</translation></message>
    <message><source>Received</source><translation>Reçues</translation></message>
    <message><source>With problems</source><translation>Avec problèmes</translation></message>
    <message><source>Search patient, study, UID</source><translation>Chercher patient, étude, UID</translation></message>
</context>
<context>
    <name>Removal</name>
    <message><source>Take {count} study off the list?</source><translation>Retirer {count} étude de la liste ?</translation></message>
    <message><source>Take {count} studies off the list?</source><translation>Retirer {count} études de la liste ?</translation></message>
    <message><source>{count} of them has not been sent completely. The files themselves stay where they are.</source><translation>{count} d’entre elles n’est pas envoyée complètement. Les fichiers restent où ils sont.</translation></message>
    <message><source>{count} of them have not been sent completely. The files themselves stay where they are.</source><translation>{count} d’entre elles ne sont pas envoyées complètement. Les fichiers restent où ils sont.</translation></message>
    <message><source>&amp;Take off</source><translation>Retirer</translation></message>
</context>
<context>
    <name>ReportDialog</name>
    <message><source>Report on the transfer</source><translation>Rapport sur le transfert</translation></message>
    <message><source>Report</source><translation>Rapport</translation></message>
    <message><source>Report on what went to</source><translation>Rapport sur ce qui est allé vers</translation></message>
    <message><source>&amp;Save as…</source><translation>Enregistrer sous…</translation></message>
    <message><source>As a page (.html), text (.txt), table (.csv) or JSON (.json, .jsonl), by the end of the name</source><translation>En page (.html), texte (.txt), table (.csv) ou JSON (.json, .jsonl), selon la fin du nom</translation></message>
    <message><source>&amp;Copy</source><translation>Copier</translation></message>
    <message><source>Copy the whole report as text</source><translation>Copier tout le rapport comme texte</translation></message>
    <message><source>&amp;Print…</source><translation>Imprimer…</translation></message>
    <message><source>{peer}: {stored} of {total} stored</source><translation>{peer} : {stored} sur {total} enregistrées</translation></message>
    <message><source>Save the report</source><translation>Enregistrer le rapport</translation></message>
</context>
<context>
    <name>RetrieveBar</name>
    <message><source>here, into</source><translation>ici, dans</translation></message>
    <message><source>to a peer</source><translation>vers un pair</translation></message>
    <message><source>To where</source><translation>Vers où</translation></message>
    <message><source>Folder that instances come to</source><translation>Dossier où viennent les instances</translation></message>
    <message><source>folder</source><translation>dossier</translation></message>
    <message><source>AE title that the peer knows</source><translation>Titre AE que le pair connaît</translation></message>
    <message><source>AE title, as the source knows it</source><translation>Titre AE, comme la source le connaît</translation></message>
    <message><source>Fetch again what lies there already</source><translation>Chercher de nouveau ce qui est déjà là</translation></message>
    <message><source>Folder, and what counts as here</source><translation>Dossier, et ce qui compte comme présent</translation></message>
    <message><source>automatic</source><translation>automatique</translation></message>
    <message><source>Method</source><translation>Méthode</translation></message>
    <message><source>&amp;Retrieve</source><translation>Récupérer</translation></message>
    <message><source>Retrieve what is selected (Ctrl+R)</source><translation>Récupérer ce qui est sélectionné (Ctrl+R)</translation></message>
    <message><source>Retrieves</source><translation>Récupérations</translation></message>
    <message><source>Take finished retrieves off the list</source><translation>Retirer de la liste les récupérations finies</translation></message>
    <message><source>Select what is to be retrieved</source><translation>Sélectionnez ce qui doit être récupéré</translation></message>
    <message><source>{count} running</source><translation>{count} en cours</translation></message>
    <message><source>{count} waiting</source><translation>{count} en attente</translation></message>
    <message><source>{count} problem</source><translation>{count} problème</translation></message>
    <message><source>{count} problems</source><translation>{count} problèmes</translation></message>
    <message><source>{count} retrieve</source><translation>{count} récupération</translation></message>
    <message><source>{count} retrieves</source><translation>{count} récupérations</translation></message>
    <message><source>b&amp;y</source><translation>par</translation></message>
    <message><source>Choose the folder…</source><translation>Choisir le dossier…</translation></message>
    <message><source>Count as here what an archive has…</source><translation>Compter comme présent ce qu’a une archive…</translation></message>
    <message><source>Count what is in the folder only</source><translation>Compter seulement ce qui est dans le dossier</translation></message>
    <message><source>Automatic takes what the peer can; a row of the retrieves says which method, and why</source><translation>« Automatique » prend ce que le pair sait faire ; une ligne des récupérations dit quelle méthode, et pourquoi</translation></message>
    <message><source>Only C-MOVE has a peer send to others</source><translation>Seul C-MOVE fait envoyer un pair à d’autres</translation></message>
</context>
<context>
    <name>RetrieveEntry</name>
    <message><source>Automatic, by what the peer supports</source><translation>Automatique, selon ce que le pair sait faire</translation></message>
    <message><source>Retrieve method</source><translation>Méthode de récupération</translation></message>
    <message><source>Destination of a C-MOVE, as the peer knows it</source><translation>Destination d’un C-MOVE, comme le pair la connaît</translation></message>
    <message><source>our own AE title</source><translation>notre propre titre AE</translation></message>
    <message><source>Character set of queries</source><translation>Jeu de caractères des requêtes</translation></message>
    <message><source>ISO_IR 192, or ISO_IR 100, as the peer wants it</source><translation>ISO_IR 192, ou ISO_IR 100, comme le pair le veut</translation></message>
    <message><source>Retrieve by</source><translation>Récupérer par</translation></message>
    <message><source>Move to</source><translation>Envoyer à</translation></message>
    <message><source>Character set</source><translation>Jeu de caractères</translation></message>
    <message><source>to {destination}</source><translation>vers {destination}</translation></message>
    <message><source>automatic</source><translation>automatique</translation></message>
</context>
<context>
    <name>RetrieveFlow</name>
    <message><source>Retrieve by C-GET, which needs no port here, or choose in Receive another port that the peer knows</source><translation>Récupérez par C-GET, qui n’a pas besoin de port ici, ou choisissez dans Recevoir un autre port que le pair connaît</translation></message>
    <message><source>Waiting: {peer} has the one association that it is given at once</source><translation>En attente : {peer} a la seule association qui lui est donnée à la fois</translation></message>
    <message><source>Waiting: {peer} has all {count} associations that it is given at once</source><translation>En attente : {peer} a les {count} associations qui lui sont données à la fois</translation></message>
</context>
<context>
    <name>RetrievePanel</name>
    <message><source>Copy all of this as text</source><translation>Copier tout cela comme texte</translation></message>
</context>
<context>
    <name>RetrievePart</name>
    <message><source>Retrieves</source><translation>Récupérations</translation></message>
    <message><source>Select a retrieve to see what came of it</source><translation>Sélectionnez une récupération pour voir ce qu’elle est devenue</translation></message>
    <message><source>Abort</source><translation>Interrompre</translation></message>
    <message><source>Cancel</source><translation>Annuler</translation></message>
    <message><source>Open folder</source><translation>Ouvrir le dossier</translation></message>
    <message><source>Retrieve by {method}</source><translation>Récupérer par {method}</translation></message>
    <message><source>Retrieve what is missing</source><translation>Récupérer ce qui manque</translation></message>
    <message><source>Try again</source><translation>Réessayer</translation></message>
    <message><source>From {peer}</source><translation>De {peer}</translation></message>
    <message><source>Folder that instances come to</source><translation>Dossier où viennent les instances</translation></message>
    <message><source>Configuration file of an archive of this machine (dcmqrscp.cfg)</source><translation>Fichier de configuration d’une archive de cette machine (dcmqrscp.cfg)</translation></message>
    <message><source>What the archive has is not counted</source><translation>Ce que possède l’archive n’est pas compté</translation></message>
    <message><source>Choose its configuration file again, or count what is in the folder only.</source><translation>Choisissez de nouveau son fichier de configuration, ou ne comptez que ce qui est dans le dossier.</translation></message>
    <message><source>Copy report</source><translation>Copier le rapport</translation></message>
    <message><source>Copy as command</source><translation>Copier comme commande</translation></message>
    <message><source>Copy UIDs of what did not arrive</source><translation>Copier les UID de ce qui n’est pas arrivé</translation></message>
    <message><source>Take finished retrieves off the list</source><translation>Retirer de la liste les récupérations finies</translation></message>
    <message><source>Patient ID</source><translation>ID du patient</translation></message>
    <message><source>Study Instance UID</source><translation>Study Instance UID</translation></message>
    <message><source>Series Instance UID</source><translation>Series Instance UID</translation></message>
    <message><source>SOP Instance UID</source><translation>SOP Instance UID</translation></message>
    <message><source>This cannot be asked for</source><translation>Cela ne peut pas être demandé</translation></message>
    <message><source>{peer} did not tell the {key}, by which it is retrieved.</source><translation>{peer} n’a pas dit {key}, par quoi cela se récupère.</translation></message>
    <message><source>Open the row above and retrieve what is below, or query by another model.</source><translation>Ouvrez la ligne au-dessus et récupérez ce qui est en dessous, ou demandez par un autre modèle.</translation></message>
</context>
<context>
    <name>RowActions</name>
    <message><source>Open folder</source><translation>Ouvrir le dossier</translation></message>
    <message><source>Elements</source><translation>Éléments</translation></message>
    <message><source>Send on…</source><translation>Renvoyer vers…</translation></message>
    <message><source>{rows} selected</source><translation>{rows} sélectionnées</translation></message>
    <message><source>Delete files…</source><translation>Supprimer les fichiers…</translation></message>
    <message><source>Instances of {title}</source><translation>Instances de {title}</translation></message>
    <message><source>How many instances does the study have at its source? 0 for not known. {here} are here.</source><translation>Combien d’instances l’étude a-t-elle à sa source ? 0 pour inconnu. {here} sont ici.</translation></message>
    <message><source>instance</source><translation>instance</translation></message>
    <message><source>The Send view shows how far they are.</source><translation>La vue Envoyer montre où elles en sont.</translation></message>
    <message><source>It is not known any more which files were received: add their folder in the Send view.</source><translation>On ne sait plus quels fichiers ont été reçus : ajoutez leur dossier dans la vue Envoyer.</translation></message>
    <message><source>{instances} are to go to {peer}</source><translation>{instances} doivent aller vers {peer}</translation></message>
    <message><source>It is not known any more which files were received: delete them in their folder.</source><translation>On ne sait plus quels fichiers ont été reçus : supprimez-les dans leur dossier.</translation></message>
    <message><source>Nothing to delete</source><translation>Rien à supprimer</translation></message>
    <message><source>Elements of its first instance…</source><translation>Éléments de sa première instance…</translation></message>
    <message><source>Elements…</source><translation>Éléments…</translation></message>
    <message><source>Instances at its source…</source><translation>Instances à sa source…</translation></message>
    <message><source>Copy UID</source><translation>Copier l’UID</translation></message>
    <message><source>Take finished studies off the list</source><translation>Retirer les études finies de la liste</translation></message>
</context>
<context>
    <name>RowList</name>
    <message><source>Take the chosen one away</source><translation>Enlever ce qui est choisi</translation></message>
</context>
<context>
    <name>RuleDialog</name>
    <message><source>Rule</source><translation>Règle</translation></message>
    <message><source>The rule in one sentence</source><translation>La règle en une phrase</translation></message>
    <message><source>Name of the rule</source><translation>Nom de la règle</translation></message>
    <message><source>CT at night</source><translation>CT la nuit</translation></message>
    <message><source>The rule is on</source><translation>La règle est active</translation></message>
    <message><source>a received study is quiet</source><translation>une étude reçue est calme</translation></message>
    <message><source>files rest in a folder</source><translation>des fichiers reposent dans un dossier</translation></message>
    <message><source>For how many seconds</source><translation>Pendant combien de secondes</translation></message>
    <message><source>Folder</source><translation>Dossier</translation></message>
    <message><source>folder</source><translation>dossier</translation></message>
    <message><source>with subfolders</source><translation>avec les sous-dossiers</translation></message>
    <message><source>the whole study</source><translation>toute l’étude</translation></message>
    <message><source>only what matches</source><translation>seulement ce qui correspond</translation></message>
    <message><source>Peers, by name or as TITLE@host:port, separated by commas</source><translation>Pairs, par nom ou comme TITRE@machine:port, séparés par des virgules</translation></message>
    <message><source>ARCHIVE, PACS@pacs.example:104</source><translation>ARCHIVE, PACS@pacs.example:104</translation></message>
    <message><source>Hours in which it sends</source><translation>Heures pendant lesquelles elle envoie</translation></message>
    <message><source>at any time</source><translation>à tout moment</translation></message>
    <message><source>Mo</source><translation>Lu</translation></message>
    <message><source>Tu</source><translation>Ma</translation></message>
    <message><source>We</source><translation>Me</translation></message>
    <message><source>Th</source><translation>Je</translation></message>
    <message><source>Fr</source><translation>Ve</translation></message>
    <message><source>Sa</source><translation>Sa</translation></message>
    <message><source>Su</source><translation>Di</translation></message>
    <message><source>leave the files</source><translation>laisser les fichiers</translation></message>
    <message><source>move them into the folder "sent"</source><translation>les déplacer dans le dossier « sent »</translation></message>
    <message><source>delete them once they are stored there</source><translation>les supprimer une fois enregistrés là-bas</translation></message>
    <message><source>delete them once their keeping is committed there</source><translation>les supprimer une fois leur conservation garantie là-bas</translation></message>
    <message><source>before what else waits</source><translation>avant ce qui attend d’autre</translation></message>
    <message><source>rules below do not see it</source><translation>les règles en dessous ne le voient pas</translation></message>
    <message><source>Tries after it was given up</source><translation>Essais après l’abandon</translation></message>
    <message><source>Notes on the rule</source><translation>Notes sur la règle</translation></message>
    <message><source>for</source><translation>pendant</translation></message>
    <message><source>seconds</source><translation>secondes</translation></message>
    <message><source>Choose the folder</source><translation>Choisir le dossier</translation></message>
    <message><source>Add &amp;peer</source><translation>Ajouter un pair</translation></message>
    <message><source>Name</source><translation>Nom</translation></message>
    <message><source>When</source><translation>Quand</translation></message>
    <message><source>Matching</source><translation>Correspondance</translation></message>
    <message><source>Send</source><translation>Envoyer</translation></message>
    <message><source>To</source><translation>Vers</translation></message>
    <message><source>N&amp;ights</source><translation>La nuit</translation></message>
    <message><source>Afterwards</source><translation>Ensuite</translation></message>
    <message><source>Order</source><translation>Ordre</translation></message>
    <message><source>Further tries</source><translation>Autres essais</translation></message>
    <message><source>Hours</source><translation>Heures</translation></message>
    <message><source>Afterwards and order</source><translation>Ensuite et ordre</translation></message>
    <message><source>Notes</source><translation>Notes</translation></message>
    <message><source>none</source><translation>aucun</translation></message>
    <message><source>Files in a folder have no sender: remove the condition on AE title or address.</source><translation>Les fichiers d’un dossier n’ont pas d’expéditeur : enlevez la condition sur le titre AE ou l’adresse.</translation></message>
    <message><source>Without a day it would never send.</source><translation>Sans un jour, elle n’enverrait jamais.</translation></message>
    <message><source>A name of up to {count} characters is needed.</source><translation>Un nom de {count} caractères au plus est nécessaire.</translation></message>
    <message><source>Another rule has this name.</source><translation>Une autre règle a ce nom.</translation></message>
    <message><source>It is a number of seconds above 0.</source><translation>C’est un nombre de secondes supérieur à 0.</translation></message>
    <message><source>A folder is needed.</source><translation>Un dossier est nécessaire.</translation></message>
    <message><source>A peer is needed: its name, or TITLE@host:port.</source><translation>Un pair est nécessaire : son nom, ou TITRE@machine:port.</translation></message>
    <message><source>{name} is no TITLE@host:port.</source><translation>{name} n’est pas un TITRE@machine:port.</translation></message>
    <message><source>Hours are such as 20:00-06:00; without any it sends at any time.</source><translation>Les heures sont comme 20:00-06:00 ; sans elles, elle envoie à tout moment.</translation></message>
    <message><source>It is a number up to {most}.</source><translation>C’est un nombre jusqu’à {most}.</translation></message>
    <message><source>Folder to be watched</source><translation>Dossier à surveiller</translation></message>
</context>
<context>
    <name>RuleRunner</name>
    <message><source>No peer is called "{name}": add it in Peers, or edit the rule.</source><translation>Aucun pair ne s’appelle « {name} » : ajoutez-le dans Pairs, ou modifiez la règle.</translation></message>
    <message><source>Rule {name}</source><translation>Règle {name}</translation></message>
    <message><source>{count} not stored by {peer}: {reason}</source><translation>{count} non enregistrées par {peer} : {reason}</translation></message>
    <message><source>It was sent, and stays where it is: {problem}</source><translation>Cela a été envoyé, et reste où c’est : {problem}</translation></message>
    <message><source>No rule can send it: {problem}</source><translation>Aucune règle ne peut l’envoyer : {problem}</translation></message>
</context>
<context>
    <name>RuleStore</name>
    <message><source>Nothing was changed: {problem}.</source><translation>Rien n’a été changé : {problem}.</translation></message>
    <message><source>The rules cannot be kept: {error}</source><translation>Les règles ne peuvent pas être gardées : {error}</translation></message>
</context>
<context>
    <name>RulesPane</name>
    <message><source>Rules</source><translation>Règles</translation></message>
    <message><source>&amp;Add rule…</source><translation>Ajouter une règle…</translation></message>
    <message><source>Say what is to be sent on by itself</source><translation>Dire ce qui doit être renvoyé de soi-même</translation></message>
    <message><source>With what was &amp;received</source><translation>Avec ce qui a été reçu</translation></message>
    <message><source>With a &amp;folder…</source><translation>Avec un dossier…</translation></message>
    <message><source>Te&amp;st</source><translation>Test</translation></message>
    <message><source>What would go where</source><translation>Ce qui irait où</translation></message>
    <message><source>Nothing is sent on by itself</source><translation>Rien n’est renvoyé de soi-même</translation></message>
    <message><source>A rule sends what was received, or what lies in a folder, to peers: all CT studies to the archive at night, say. Everything goes through the queue of Send, and nothing goes in a circle.</source><translation>Une règle envoie à des pairs ce qui a été reçu, ou ce qui est dans un dossier : toutes les études CT vers l’archive la nuit, par exemple. Tout passe par la file d’Envoyer, et rien ne tourne en rond.</translation></message>
    <message><source>Add a rule…</source><translation>Ajouter une règle…</translation></message>
    <message><source>A rule for nights…</source><translation>Une règle pour les nuits…</translation></message>
    <message><source>A file</source><translation>Un fichier</translation></message>
    <message><source>&amp;Add a rule…</source><translation>Ajouter une règle…</translation></message>
    <message><source>&amp;Edit…</source><translation>Modifier…</translation></message>
    <message><source>Turn &amp;on or off</source><translation>Activer ou désactiver</translation></message>
    <message><source>&amp;Duplicate…</source><translation>Dupliquer…</translation></message>
    <message><source>&amp;History…</source><translation>Historique…</translation></message>
    <message><source>Move &amp;up</source><translation>Monter</translation></message>
    <message><source>Move do&amp;wn</source><translation>Descendre</translation></message>
    <message><source>&amp;Remove</source><translation>Enlever</translation></message>
    <message><source>Read the rules a&amp;gain</source><translation>Relire les règles</translation></message>
    <message><source>That did not work</source><translation>Cela n’a pas marché</translation></message>
    <message><source>{problem}. It stays as it is until it is mended; no rule is carried out.</source><translation>{problem}. Cela reste tel quel jusqu’à réparation ; aucune règle n’est exécutée.</translation></message>
    <message><source>&amp;Read it again</source><translation>Le relire</translation></message>
    <message><source>Open folder</source><translation>Ouvrir le dossier</translation></message>
    <message><source>The file of rules cannot be used</source><translation>Le fichier des règles ne peut pas servir</translation></message>
    <message><source>T&amp;urn off</source><translation>Désactiver</translation></message>
    <message><source>T&amp;urn on</source><translation>Activer</translation></message>
    <message><source>E&amp;dit…</source><translation>Modifier…</translation></message>
    <message><source>H&amp;istory</source><translation>Historique</translation></message>
    <message><source>Up</source><translation>Monter</translation></message>
    <message><source>Down</source><translation>Descendre</translation></message>
    <message><source>Remove</source><translation>Enlever</translation></message>
    <message><source>Nobody listens in Receive now, so nothing arrives for this rule.</source><translation>Personne n’écoute dans Recevoir maintenant, donc rien n’arrive pour cette règle.</translation></message>
    <message><source>There is no rule</source><translation>Il n’y a pas de règle</translation></message>
    <message><source>{count} rule</source><translation>{count} règle</translation></message>
    <message><source>{count} rules</source><translation>{count} règles</translation></message>
    <message><source>They are asked from the top. Alt and an arrow key move one, the space bar turns it on or off.</source><translation>Elles sont consultées depuis le haut. Alt et une flèche en déplace une, la barre d’espace l’active ou la désactive.</translation></message>
    <message><source>New rule</source><translation>Nouvelle règle</translation></message>
    <message><source>At night</source><translation>La nuit</translation></message>
    <message><source>{name} is removed</source><translation>{name} est enlevée</translation></message>
    <message><source>What it has put into the queue stays there.</source><translation>Ce qu’elle a mis en file y reste.</translation></message>
    <message><source>&amp;Put it back</source><translation>La remettre</translation></message>
    <message><source>What {name} has done in the last 90 days, the latest first.</source><translation>Ce que {name} a fait ces 90 derniers jours, le plus récent d’abord.</translation></message>
    <message><source>{name} has done nothing yet.</source><translation>{name} n’a encore rien fait.</translation></message>
    <message><source>History</source><translation>Historique</translation></message>
    <message><source>When</source><translation>Quand</translation></message>
    <message><source>Folder to test the rules with</source><translation>Dossier pour tester les règles</translation></message>
    <message><source>Looking at what is there…</source><translation>On regarde ce qu’il y a…</translation></message>
    <message><source>The folder cannot be read: {error}</source><translation>Le dossier ne peut pas être lu : {error}</translation></message>
    <message><source>Test of {name}</source><translation>Test de {name}</translation></message>
    <message><source>Test</source><translation>Test</translation></message>
    <message><source>Goes</source><translation>Part</translation></message>
    <message><source>Edit…</source><translation>Modifier…</translation></message>
    <message><source>Turn off</source><translation>Désactiver</translation></message>
    <message><source>Turn on</source><translation>Activer</translation></message>
    <message><source>Test with what was received</source><translation>Tester avec ce qui a été reçu</translation></message>
    <message><source>Duplicate…</source><translation>Dupliquer…</translation></message>
    <message><source>Add…</source><translation>Ajouter…</translation></message>
</context>
<context>
    <name>SearchLine</name>
    <message><source>Search</source><translation>Rechercher</translation></message>
</context>
<context>
    <name>SecretDialog</name>
    <message><source>Else it is kept until the window closes.</source><translation>Sinon il est gardé jusqu’à la fermeture de la fenêtre.</translation></message>
    <message><source>There is no keyring here: it is kept until the window closes.</source><translation>Il n’y a pas de trousseau ici : il est gardé jusqu’à la fermeture de la fenêtre.</translation></message>
</context>
<context>
    <name>SendActions</name>
    <message><source>Send these</source><translation>Envoyer celles-ci</translation></message>
    <message><source>Try again</source><translation>Réessayer</translation></message>
    <message><source>Try now</source><translation>Essayer maintenant</translation></message>
    <message><source>Send decompressed</source><translation>Envoyer décompressé</translation></message>
    <message><source>Send now</source><translation>Envoyer maintenant</translation></message>
    <message><source>Go on</source><translation>Continuer</translation></message>
    <message><source>Pause</source><translation>Pause</translation></message>
    <message><source>Show negotiation</source><translation>Montrer la négociation</translation></message>
    <message><source>Send to another peer…</source><translation>Envoyer à un autre pair…</translation></message>
    <message><source>Send first</source><translation>Envoyer en premier</translation></message>
    <message><source>Cancel</source><translation>Annuler</translation></message>
    <message><source>Report</source><translation>Rapport</translation></message>
    <message><source>Copy as command</source><translation>Copier comme commande</translation></message>
    <message><source>Take off the list</source><translation>Retirer de la liste</translation></message>
    <message><source>{count} study goes to {{peer}} now</source><translation>{count} étude part maintenant vers {{peer}}</translation></message>
    <message><source>{count} studies go to {{peer}} now</source><translation>{count} études partent maintenant vers {{peer}}</translation></message>
    <message><source>What was sent before stays in the list with its result.</source><translation>Ce qui a été envoyé avant reste dans la liste avec son résultat.</translation></message>
    <message><source>Open report</source><translation>Ouvrir le rapport</translation></message>
    <message><source>Clear finished</source><translation>Retirer ce qui est fini</translation></message>
    <message><source>dicomdesk quits in a few seconds, as you wanted when everything is sent.</source><translation>dicomdesk se ferme dans quelques secondes, comme vous le vouliez après l’envoi.</translation></message>
    <message><source>Stay</source><translation>Rester</translation></message>
    <message><source>{peer} wants a passcode or pass phrase</source><translation>{peer} veut un code ou une phrase secrète</translation></message>
    <message><source>What goes there waits until it is given.</source><translation>Ce qui y va attend qu’on le donne.</translation></message>
    <message><source>Give it</source><translation>Le donner</translation></message>
</context>
<context>
    <name>SendHeader</name>
    <message><source>&amp;Send as soon as files are added</source><translation>Envoyer dès que des fichiers sont ajoutés</translation></message>
    <message><source>&amp;Decompress lossy images where the peer needs it</source><translation>Décompresser les images avec pertes là où le pair en a besoin</translation></message>
    <message><source>Go on by it&amp;self when dicomdesk starts</source><translation>Continuer de soi-même quand dicomdesk démarre</translation></message>
    <message><source>Test</source><translation>Test</translation></message>
    <message><source>Check the connection step by step (Ctrl+T)</source><translation>Vérifier la connexion pas à pas (Ctrl+T)</translation></message>
    <message><source>&amp;Check</source><translation>Vérifier</translation></message>
    <message><source>See how everything that waits would go, without sending (Ctrl+Shift+Return)</source><translation>Voir comment irait tout ce qui attend, sans envoyer (Ctrl+Maj+Entrée)</translation></message>
    <message><source>&amp;Add</source><translation>Ajouter</translation></message>
    <message><source>Add files, folders, DICOMDIR, ZIP</source><translation>Ajouter fichiers, dossiers, DICOMDIR, ZIP</translation></message>
    <message><source>More</source><translation>Plus</translation></message>
    <message><source>Pause</source><translation>Pause</translation></message>
    <message><source>Send {count}</source><translation>Envoyer {count}</translation></message>
    <message><source>Send</source><translation>Envoyer</translation></message>
    <message><source>Send everything that is ready (Ctrl+Return)</source><translation>Envoyer tout ce qui est prêt (Ctrl+Entrée)</translation></message>
    <message><source>Add files first</source><translation>Ajoutez d’abord des fichiers</translation></message>
    <message><source>Finish what is under way, then wait (Ctrl+.)</source><translation>Finir ce qui est en route, puis attendre (Ctrl+.)</translation></message>
    <message><source>Break off</source><translation>Interrompre</translation></message>
    <message><source>Do not wait for what is under way (Ctrl+.)</source><translation>Ne pas attendre ce qui est en route (Ctrl+.)</translation></message>
    <message><source>Stop reading</source><translation>Arrêter la lecture</translation></message>
    <message><source>Keep what was found until now (Ctrl+.)</source><translation>Garder ce qui a été trouvé jusqu’ici (Ctrl+.)</translation></message>
    <message><source>Go on</source><translation>Continuer</translation></message>
    <message><source>Send what was paused (Ctrl+.)</source><translation>Envoyer ce qui était en pause (Ctrl+.)</translation></message>
    <message><source>&amp;Files…</source><translation>Fichiers…</translation></message>
    <message><source>F&amp;older…</source><translation>Dossier…</translation></message>
    <message><source>&amp;Echo the peer</source><translation>Écho vers le pair</translation></message>
    <message><source>&amp;Peer and its security…</source><translation>Pair et sa sécurité…</translation></message>
    <message><source>Open &amp;report</source><translation>Ouvrir le rapport</translation></message>
    <message><source>&amp;History…</source><translation>Historique…</translation></message>
    <message><source>Copy as co&amp;mmand</source><translation>Copier comme commande</translation></message>
    <message><source>&amp;Try all problems again</source><translation>Réessayer tous les problèmes</translation></message>
    <message><source>&amp;Clear finished</source><translation>Retirer ce qui est fini</translation></message>
    <message><source>Clear &amp;all…</source><translation>Tout retirer…</translation></message>
</context>
<context>
    <name>SendList</name>
    <message><source>Send queue</source><translation>File d’envoi</translation></message>
    <message><source>Search patient, study, UID, peer</source><translation>Chercher patient, étude, UID, pair</translation></message>
    <message><source>Show all</source><translation>Tout montrer</translation></message>
    <message><source>Drop studies here</source><translation>Déposez des études ici</translation></message>
    <message><source>Files, folders, a DICOMDIR or a ZIP archive: everything in them is listed before it is sent.</source><translation>Fichiers, dossiers, un DICOMDIR ou une archive ZIP : tout ce qu’ils contiennent est listé avant d’être envoyé.</translation></message>
    <message><source>Add f&amp;iles…</source><translation>Ajouter des fichiers…</translation></message>
    <message><source>Add fo&amp;lder…</source><translation>Ajouter un dossier…</translation></message>
    <message><source>{count} study is hidden by the filter</source><translation>{count} étude est cachée par le filtre</translation></message>
    <message><source>{count} studies are hidden by the filter</source><translation>{count} études sont cachées par le filtre</translation></message>
    <message><source>All</source><translation>Tout</translation></message>
</context>
<context>
    <name>SendPane</name>
    <message><source>What was added is still being read. What is not listed yet has to be added again.</source><translation>Ce qui a été ajouté est encore en lecture. Ce qui n’est pas encore dans la liste devra être ajouté de nouveau.</translation></message>
    <message><source>{count} study</source><translation>{count} étude</translation></message>
    <message><source>{count} studies</source><translation>{count} études</translation></message>
    <message><source>{studies} ({instances}) are listed and not sent.</source><translation>{studies} ({instances}) sont dans la liste et ne sont pas envoyées.</translation></message>
    <message><source>{studies} ({instances}) have not been sent completely.</source><translation>{studies} ({instances}) ne sont pas envoyées complètement.</translation></message>
    <message><source>They will be there again when dicomdesk starts, and go on by themselves.</source><translation>Elles seront là quand dicomdesk démarrera, et continueront d’elles-mêmes.</translation></message>
    <message><source>They will be there again when dicomdesk starts.</source><translation>Elles seront là quand dicomdesk démarrera.</translation></message>
    <message><source>&amp;Send what is ready</source><translation>Envoyer ce qui est prêt</translation></message>
    <message><source>&amp;Check how it would go</source><translation>Vérifier comment cela irait</translation></message>
    <message><source>&amp;Pause, or go on</source><translation>Mettre en pause, ou continuer</translation></message>
    <message><source>&amp;Test the peer step by step</source><translation>Tester le pair pas à pas</translation></message>
    <message><source>&amp;Find in the list</source><translation>Rechercher dans la liste</translation></message>
    <message><source>Select a row to see what became of it</source><translation>Sélectionnez une ligne pour voir ce qu’elle est devenue</translation></message>
    <message><source>Nothing to send yet</source><translation>Encore rien à envoyer</translation></message>
    <message><source>It will go to {peer} as {own}.</source><translation>Cela ira vers {peer} comme {own}.</translation></message>
    <message><source>Say where to send, then drop something</source><translation>Dites vers où envoyer, puis déposez quelque chose</translation></message>
    <message><source>AE title, host and port of the peer stand at the top. Test tells whether it answers.</source><translation>Titre AE, machine et port du pair sont en haut. Test dit s’il répond.</translation></message>
    <message><source>Looking for what was not finished…</source><translation>Recherche de ce qui n’est pas fini…</translation></message>
    <message><source>Reading… {found} found</source><translation>Lecture… {found} trouvés</translation></message>
    <message><source>You can go on working; sending can start when everything is listed.</source><translation>Vous pouvez continuer à travailler ; l’envoi est possible quand tout est dans la liste.</translation></message>
    <message><source>Stop reading</source><translation>Arrêter la lecture</translation></message>
    <message><source>{instances} ready to send</source><translation>{instances} prêtes à envoyer</translation></message>
    <message><source>To {peer} as {own}.</source><translation>Vers {peer} comme {own}.</translation></message>
    <message><source>What is in the queue may not be kept</source><translation>Ce qui est en file risque de ne pas être gardé</translation></message>
</context>
<context>
    <name>Serving</name>
    <message><source>The archive does not receive</source><translation>L’archive ne reçoit pas</translation></message>
    <message><source>The archive receives no more</source><translation>L’archive ne reçoit plus</translation></message>
    <message><source>{title} receives on port {port}</source><translation>{title} reçoit sur le port {port}</translation></message>
    <message><source>{count} association is open.</source><translation>{count} association est ouverte.</translation></message>
    <message><source>{count} associations are open.</source><translation>{count} associations sont ouvertes.</translation></message>
    <message><source>Others store into it, query it and retrieve from it, as its configuration allows. {open}</source><translation>D’autres y enregistrent, l’interrogent et y récupèrent, comme sa configuration le permet. {open}</translation></message>
    <message><source>Stop receiving</source><translation>Ne plus recevoir</translation></message>
</context>
<context>
    <name>Session</name>
    <message><source>{reason}. Another one listens again on port {port}; what was acknowledged is in the folder.</source><translation>{reason}. Un autre écoute de nouveau sur le port {port} ; ce qui a été confirmé est dans le dossier.</translation></message>
    <message><source>Receiving was interrupted</source><translation>La réception a été interrompue</translation></message>
    <message><source>The window is closing.</source><translation>La fenêtre se ferme.</translation></message>
    <message><source>The engine does not answer</source><translation>Le moteur ne répond pas</translation></message>
    <message><source>What is in the queue may not be kept</source><translation>Ce qui est en file risque de ne pas être gardé</translation></message>
</context>
<context>
    <name>SettingsDialog</name>
    <message><source>Settings</source><translation>Réglages</translation></message>
    <message><source>Pages of the settings</source><translation>Pages des réglages</translation></message>
</context>
<context>
    <name>SharedListener</name>
    <message><source>Waiting for another retrieve, whose listener stores into {folder}</source><translation>En attente d’une autre récupération, qui enregistre dans {folder}</translation></message>
    <message><source>Nothing can listen here: mend AE title, port and folder in the Receive view first.</source><translation>Rien ne peut écouter ici : corrigez d’abord titre AE, port et dossier dans Recevoir.</translation></message>
    <message><source>Nothing listens here, since the listener's key was not opened.</source><translation>Rien n’écoute ici, car la clé n’a pas été ouverte.</translation></message>
</context>
<context>
    <name>SpeedGraph</name>
    <message><source>most {rate}</source><translation>au plus {rate}</translation></message>
    <message><source>Rate of sending</source><translation>Débit d’envoi</translation></message>
    <message><source>Rate of sending: {rate} now, {most} at most</source><translation>Débit d’envoi : {rate} maintenant, {most} au plus</translation></message>
</context>
<context>
    <name>StatusStrip</name>
    <message><source>Listening as {name}</source><translation>Écoute comme {name}</translation></message>
    <message><source>Not listening</source><translation>N’écoute pas</translation></message>
    <message><source>{count} association</source><translation>{count} association</translation></message>
    <message><source>{count} associations</source><translation>{count} associations</translation></message>
    <message><source>Up {rate}</source><translation>Envoi {rate}</translation></message>
    <message><source>Down {rate}</source><translation>Réception {rate}</translation></message>
    <message><source>Queue {count}</source><translation>File {count}</translation></message>
    <message><source>{size} free</source><translation>{size} libres</translation></message>
    <message><source>{count} problem</source><translation>{count} problème</translation></message>
    <message><source>{count} problems</source><translation>{count} problèmes</translation></message>
</context>
<context>
    <name>StoringEntry</name>
    <message><source>All in one folder</source><translation>Tout dans un dossier</translation></message>
    <message><source>Folders of patient, study and series, with readable names</source><translation>Dossiers de patient, étude et série, aux noms lisibles</translation></message>
    <message><source>Folders by date of the series</source><translation>Dossiers par date de la série</translation></message>
    <message><source>File names end in {extension}</source><translation>Les noms de fichiers finissent en {extension}</translation></message>
    <message><source>Sorted into</source><translation>Rangé dans</translation></message>
</context>
<context>
    <name>SupportAccess</name>
    <message><source>Save the support bundle as</source><translation>Enregistrer le dossier d’assistance sous</translation></message>
    <message><source>Support bundle</source><translation>Dossier d’assistance</translation></message>
    <message><source>The bundle is written.</source><translation>Le dossier est écrit.</translation></message>
    <message><source>{path}

Look into it before you send it to anybody.</source><translation>{path}

Regardez-le avant de l’envoyer à quelqu’un.</translation></message>
    <message><source>&amp;Open the folder</source><translation>Ouvrir le dossier</translation></message>
</context>
<context>
    <name>Tasks</name>
    <message><source>Something went wrong in the program: {error}</source><translation>Quelque chose s’est mal passé dans le programme : {error}</translation></message>
</context>
<context>
    <name>Timeline</name>
    <message><source>Timeline</source><translation>Chronologie</translation></message>
    <message><source>longest pause {pause} s, {after} s after the start</source><translation>plus longue pause {pause} s, {after} s après le début</translation></message>
    <message><source>{count} problem</source><translation>{count} problème</translation></message>
    <message><source>{count} problems</source><translation>{count} problèmes</translation></message>
</context>
<context>
    <name>TlsEntry</name>
    <message><source>Encrypt with TLS</source><translation>Chiffrer avec TLS</translation></message>
    <message><source>off</source><translation>éteint</translation></message>
    <message><source>peers need a certificate</source><translation>les pairs ont besoin d’un certificat</translation></message>
    <message><source>peer not checked</source><translation>pair non vérifié</translation></message>
    <message><source>host name checked</source><translation>nom de machine vérifié</translation></message>
    <message><source>Versions of TLS</source><translation>Versions de TLS</translation></message>
    <message><source>Certificate of the peer</source><translation>Certificat du pair</translation></message>
    <message><source>Not checked</source><translation>Non vérifié</translation></message>
    <message><source>The peer's certificate</source><translation>Le certificat du pair</translation></message>
    <message><source>All certificates of the chain</source><translation>Tous les certificats de la chaîne</translation></message>
    <message><source>Revoked certificates</source><translation>Certificats révoqués</translation></message>
    <message><source>Format of the files</source><translation>Format des fichiers</translation></message>
    <message><source>Trust the authorities of this machine too</source><translation>Faire aussi confiance aux autorités de cette machine</translation></message>
    <message><source>It must be made out to the host above</source><translation>Il doit être au nom de la machine ci-dessus</translation></message>
    <message><source>Trusted authorities</source><translation>Autorités de confiance</translation></message>
    <message><source>needed to listen</source><translation>nécessaire pour écouter</translation></message>
    <message><source>none is presented</source><translation>aucun n’est présenté</translation></message>
    <message><source>Own certificate</source><translation>Certificat propre</translation></message>
    <message><source>Private key</source><translation>Clé privée</translation></message>
    <message><source>in the certificate's file</source><translation>dans le fichier du certificat</translation></message>
    <message><source>Revocation lists</source><translation>Listes de révocation</translation></message>
    <message><source>Enter…</source><translation>Saisir…</translation></message>
    <message><source>Versions</source><translation>Versions</translation></message>
    <message><source>Peers' certificates</source><translation>Certificats des pairs</translation></message>
    <message><source>Peer's certificate</source><translation>Certificat du pair</translation></message>
    <message><source>Revocation check</source><translation>Vérification de révocation</translation></message>
    <message><source>Pass phrase</source><translation>Phrase secrète</translation></message>
    <message><source>Files are</source><translation>Les fichiers sont</translation></message>
    <message><source>Kept until the window closes</source><translation>Gardée jusqu’à la fermeture de la fenêtre</translation></message>
    <message><source>Asked for when it is needed</source><translation>Demandée quand elle est nécessaire</translation></message>
    <message><source>Forget</source><translation>Oublier</translation></message>
    <message><source>The private key is encrypted: its pass phrase is asked for when needed.</source><translation>La clé privée est chiffrée : sa phrase secrète est demandée quand il le faut.</translation></message>
    <message><source>Encrypted, but the peer may be anybody.</source><translation>Chiffré, mais le pair peut être n’importe qui.</translation></message>
    <message><source>Nobody is trusted yet: name the authority of the peer.</source><translation>On ne fait encore confiance à personne : nommez l’autorité du pair.</translation></message>
    <message><source>All files can be used.</source><translation>Tous les fichiers peuvent servir.</translation></message>
</context>
<context>
    <name>Tray</name>
    <message><source>&amp;Show or hide the window</source><translation>Montrer ou cacher la fenêtre</translation></message>
</context>
<context>
    <name>Undoing</name>
    <message><source>What</source><translation>Quoi</translation></message>
    <message><source>Removed</source><translation>Enlevé</translation></message>
    <message><source>By</source><translation>Par</translation></message>
    <message><source>Why</source><translation>Pourquoi</translation></message>
    <message><source>Instances</source><translation>Instances</translation></message>
    <message><source>Size</source><translation>Taille</translation></message>
    <message><source>Kept until</source><translation>Gardé jusqu’au</translation></message>
    <message><source>What was removed lies here until its time is over. What is put back is as it was.</source><translation>Ce qui a été enlevé reste ici jusqu’à la fin de son délai. Ce qui est remis est tel qu’il était.</translation></message>
    <message><source>Trash</source><translation>Corbeille</translation></message>
    <message><source>&amp;Put back</source><translation>Remettre</translation></message>
    <message><source>The trash is empty.</source><translation>La corbeille est vide.</translation></message>
    <message><source>{count} instance put back.</source><translation>{count} instance remise.</translation></message>
    <message><source>{count} instances put back.</source><translation>{count} instances remises.</translation></message>
    <message><source>{count} is in the archive again already.</source><translation>{count} est déjà de nouveau dans l’archive.</translation></message>
    <message><source>{count} are in the archive again already.</source><translation>{count} sont déjà de nouveau dans l’archive.</translation></message>
    <message><source>What was changed</source><translation>Ce qui a été changé</translation></message>
    <message><source>When</source><translation>Quand</translation></message>
    <message><source>State</source><translation>État</translation></message>
    <message><source>Each correction that was made, the last first. One that is taken back stays in the list.</source><translation>Chaque correction faite, la dernière d’abord. Une correction reprise reste dans la liste.</translation></message>
    <message><source>Corrections</source><translation>Corrections</translation></message>
    <message><source>&amp;Take it back…</source><translation>La reprendre…</translation></message>
    <message><source>Nothing was corrected in this archive.</source><translation>Rien n’a été corrigé dans cette archive.</translation></message>
    <message><source>Taken back</source><translation>Reprise</translation></message>
    <message><source>In force</source><translation>En vigueur</translation></message>
    <message><source>Take the correction back</source><translation>Reprendre la correction</translation></message>
</context>
<context>
    <name>UserDialog</name>
    <message><source>User who may send</source><translation>Utilisateur qui peut envoyer</translation></message>
    <message><source>User name</source><translation>Nom d’utilisateur</translation></message>
    <message><source>Passcode</source><translation>Code</translation></message>
    <message><source>Passcode again</source><translation>Code encore une fois</translation></message>
    <message><source>A user name is needed.</source><translation>Un nom d’utilisateur est nécessaire.</translation></message>
    <message><source>This user is in the list already.</source><translation>Cet utilisateur est déjà dans la liste.</translation></message>
    <message><source>A passcode is needed.</source><translation>Un code est nécessaire.</translation></message>
    <message><source>The two passcodes differ.</source><translation>Les deux codes diffèrent.</translation></message>
</context>
<context>
    <name>ViewButton</name>
    <message><source>{view}, {count}</source><translation>{view}, {count}</translation></message>
</context>
<context>
    <name>Views</name>
    <message><source>Send</source><translation>Envoyer</translation></message>
    <message><source>Send to it</source><translation>Lui envoyer</translation></message>
    <message><source>Receive</source><translation>Recevoir</translation></message>
    <message><source>Query/Retrieve</source><translation>Recherche</translation></message>
    <message><source>Query it</source><translation>L’interroger</translation></message>
    <message><source>Archive</source><translation>Archive</translation></message>
    <message><source>Associations</source><translation>Associations</translation></message>
    <message><source>Peers</source><translation>Pairs</translation></message>
    <message><source>Rules</source><translation>Règles</translation></message>
</context>
<context>
    <name>WishForm</name>
    <message><source>Only ask</source><translation>Seulement demander</translation></message>
    <message><source>Fetch into the folder</source><translation>Chercher dans le dossier</translation></message>
    <message><source>Have it sent to</source><translation>Faire envoyer à</translation></message>
    <message><source>What is done with what is found</source><translation>Ce qui est fait de ce qui est trouvé</translation></message>
    <message><source>Folder for what is fetched</source><translation>Dossier pour ce qui est cherché</translation></message>
    <message><source>folder</source><translation>dossier</translation></message>
    <message><source>Method</source><translation>Méthode</translation></message>
    <message><source>C-GET brings it over our own association; for C-MOVE the peer calls us</source><translation>C-GET l’apporte par notre propre association ; pour C-MOVE, le pair nous appelle</translation></message>
    <message><source>AE title of the other peer</source><translation>Titre AE de l’autre pair</translation></message>
    <message><source>AE title</source><translation>Titre AE</translation></message>
    <message><source>All studies where several fit</source><translation>Toutes les études là où plusieurs correspondent</translation></message>
    <message><source>Seconds between lines</source><translation>Secondes entre les lignes</translation></message>
    <message><source>Lines at once</source><translation>Lignes à la fois</translation></message>
    <message><source>Times of the day, such as {night}</source><translation>Heures du jour, comme {night}</translation></message>
    <message><source>any time, or {night}</source><translation>à toute heure, ou {night}</translation></message>
    <message><source>Choose the folder</source><translation>Choisir le dossier</translation></message>
    <message><source>&amp;Then</source><translation>Puis</translation></message>
    <message><source>&amp;Pause, seconds</source><translation>Pause, secondes</translation></message>
    <message><source>&amp;Lines at once</source><translation>Lignes à la fois</translation></message>
    <message><source>Only &amp;between</source><translation>Seulement entre</translation></message>
    <message><source>A pause is 0 to {most} seconds.</source><translation>Une pause va de 0 à {most} secondes.</translation></message>
    <message><source>There can be 1 to {most} lines at once.</source><translation>Il peut y avoir de 1 à {most} lignes à la fois.</translation></message>
    <message><source>Times of the day are written like {night}.</source><translation>Les heures du jour s’écrivent comme {night}.</translation></message>
</context>
<context>
    <name>Works</name>
    <message><source>{title} Wait until it has ended, or stop it.</source><translation>{title} Attendez que ce soit fini, ou arrêtez-le.</translation></message>
    <message><source>{done} of {total}</source><translation>{done} sur {total}</translation></message>
    <message><source>{count} file looked at</source><translation>{count} fichier examiné</translation></message>
    <message><source>{count} files looked at</source><translation>{count} fichiers examinés</translation></message>
    <message><source>Stop</source><translation>Arrêter</translation></message>
    <message><source>Ending…</source><translation>Fin en cours…</translation></message>
</context>
<context>
    <name>_Line</name>
    <message><source>Other attribute…</source><translation>Autre attribut…</translation></message>
    <message><source>What</source><translation>Quoi</translation></message>
    <message><source>Keyword or tag</source><translation>Mot-clé ou tag</translation></message>
    <message><source>keyword or tag</source><translation>mot-clé ou tag</translation></message>
    <message><source>is</source><translation>est</translation></message>
    <message><source>is not</source><translation>non</translation></message>
    <message><source>Is or is not</source><translation>Est ou n’est pas</translation></message>
    <message><source>Values, separated by commas; * and ? stand for anything</source><translation>Valeurs, séparées par des virgules ; * et ? remplacent n’importe quoi</translation></message>
    <message><source>CT, MR, *chest*</source><translation>CT, MR, *chest*</translation></message>
    <message><source>Remove this condition</source><translation>Enlever cette condition</translation></message>
    <message><source>It is the keyword of an attribute, such as ProtocolName, or a tag such as 0018,1030.</source><translation>C’est le mot-clé d’un attribut, comme ProtocolName, ou un tag comme 0018,1030.</translation></message>
    <message><source>A value is needed, such as CT.</source><translation>Une valeur est nécessaire, comme CT.</translation></message>
</context>
<context>
    <name>_Veil</name>
    <message><source>Let go to add to the list</source><translation>Relâchez pour ajouter à la liste</translation></message>
</context>
<context>
    <name>access_words</name>
    <message><source>anybody</source><translation>tout le monde</translation></message>
    <message><source>Accepts only calls from {who}</source><translation>N’accepte que les appels de {who}</translation></message>
    <message><source>Accepts calls from {who}</source><translation>Accepte les appels de {who}</translation></message>
    <message><source>at {networks}</source><translation>à {networks}</translation></message>
    <message><source>called as {titles}</source><translation>appelé comme {titles}</translation></message>
    <message><source>with the passcode of {users}</source><translation>avec le code de {users}</translation></message>
    <message><source>over TLS with a trusted certificate</source><translation>par TLS avec un certificat de confiance</translation></message>
    <message><source>over TLS</source><translation>par TLS</translation></message>
    <message><source>not encrypted</source><translation>non chiffré</translation></message>
    <message><source>{names} or {count} others</source><translation>{names} ou {count} autres</translation></message>
    <message><source>{names} or {last}</source><translation>{names} ou {last}</translation></message>
</context>
<context>
    <name>agreement_nodes</name>
    <message><source>Agreed</source><translation>Convenu</translation></message>
    <message><source>Value</source><translation>Valeur</translation></message>
    <message><source>Meaning</source><translation>Signification</translation></message>
    <message><source>Encryption (TLS)</source><translation>Chiffrement (TLS)</translation></message>
    <message><source>User identity</source><translation>Identité d’utilisateur</translation></message>
    <message><source>Extended negotiation</source><translation>Négociation étendue</translation></message>
    <message><source>Connection</source><translation>Connexion</translation></message>
    <message><source>Expired on {day}</source><translation>Expiré le {day}</translation></message>
    <message><source>{day}, in less than a day</source><translation>{day}, dans moins d’un jour</translation></message>
    <message><source>{day}, in {count} days</source><translation>{day}, dans {count} jours</translation></message>
    <message><source>{day}, in one day</source><translation>{day}, dans un jour</translation></message>
    <message><source>None</source><translation>Aucun</translation></message>
    <message><source>Protection</source><translation>Protection</translation></message>
    <message><source>Anybody on the way can read along.</source><translation>N’importe qui en chemin peut lire.</translation></message>
    <message><source>Version</source><translation>Version</translation></message>
    <message><source>Cipher suite</source><translation>Suite de chiffrement</translation></message>
    <message><source>Peer's certificate</source><translation>Certificat du pair</translation></message>
    <message><source>None presented</source><translation>Aucun présenté</translation></message>
    <message><source>Verified</source><translation>Vérifié</translation></message>
    <message><source>Not verified</source><translation>Non vérifié</translation></message>
    <message><source>Whether it is genuine was not checked.</source><translation>Son authenticité n’a pas été vérifiée.</translation></message>
    <message><source>Checked</source><translation>Contrôlé</translation></message>
    <message><source>Presented, but it cannot be read</source><translation>Présenté, mais illisible</translation></message>
    <message><source>It does not keep to the standard of certificates (RFC 5280).</source><translation>Il ne respecte pas la norme des certificats (RFC 5280).</translation></message>
    <message><source>The peer needs a new certificate.</source><translation>Le pair a besoin d’un nouveau certificat.</translation></message>
    <message><source>Without a name</source><translation>Sans nom</translation></message>
    <message><source>Issued by</source><translation>Émis par</translation></message>
    <message><source>Valid until</source><translation>Valable jusqu’au</translation></message>
    <message><source>Presented</source><translation>Présenté</translation></message>
    <message><source>User name</source><translation>Nom d’utilisateur</translation></message>
    <message><source>Token</source><translation>Jeton</translation></message>
    <message><source>Not shown</source><translation>Non montré</translation></message>
    <message><source>A token is a secret.</source><translation>Un jeton est un secret.</translation></message>
    <message><source>Confirmation</source><translation>Confirmation</translation></message>
    <message><source>Given, {size}</source><translation>Donnée, {size}</translation></message>
    <message><source>Asked for, not given</source><translation>Demandée, non donnée</translation></message>
    <message><source>{name}, proposed</source><translation>{name}, proposé</translation></message>
    <message><source>Not answered</source><translation>Sans réponse</translation></message>
    <message><source>{name}, accepted</source><translation>{name}, accepté</translation></message>
    <message><source>unlimited</source><translation>illimité</translation></message>
    <message><source>Peer</source><translation>Pair</translation></message>
    <message><source>Peer's software</source><translation>Logiciel du pair</translation></message>
    <message><source>Our software</source><translation>Notre logiciel</translation></message>
    <message><source>Largest PDU</source><translation>Plus grand PDU</translation></message>
    <message><source>theirs / ours</source><translation>le sien / le nôtre</translation></message>
    <message><source>Operations at once</source><translation>Opérations à la fois</translation></message>
</context>
<context>
    <name>archive_access</name>
    <message><source>No archive is open.</source><translation>Aucune archive n’est ouverte.</translation></message>
    <message><source>Choose another configuration or folder, or mend what is wrong and press F5.</source><translation>Choisissez une autre configuration ou un autre dossier, ou corrigez ce qui ne va pas et pressez F5.</translation></message>
</context>
<context>
    <name>archive_cells</name>
    <message><source>Name</source><translation>Nom</translation></message>
    <message><source>Patient ID</source><translation>ID du patient</translation></message>
    <message><source>Date</source><translation>Date</translation></message>
    <message><source>Modality</source><translation>Modalité</translation></message>
    <message><source>Description</source><translation>Description</translation></message>
    <message><source>Accession</source><translation>Accession</translation></message>
    <message><source>Series</source><translation>Série</translation></message>
    <message><source>Instances</source><translation>Instances</translation></message>
    <message><source>Size</source><translation>Taille</translation></message>
    <message><source>Last received</source><translation>Dernière réception</translation></message>
    <message><source>{count} study</source><translation>{count} étude</translation></message>
    <message><source>{count} studies</source><translation>{count} études</translation></message>
    <message><source>Series {number}</source><translation>Série {number}</translation></message>
    <message><source>Instance {number}</source><translation>Instance {number}</translation></message>
    <message><source>Instance</source><translation>Instance</translation></message>
    <message><source>No patient name</source><translation>Pas de nom de patient</translation></message>
</context>
<context>
    <name>archive_found</name>
    <message><source>Reading…</source><translation>Lecture…</translation></message>
    <message><source>Nothing is left of it.</source><translation>Il n’en reste rien.</translation></message>
</context>
<context>
    <name>archive_nodes</name>
    <message><source>another patient has the same UID, too</source><translation>un autre patient a aussi le même UID</translation></message>
    <message><source>its instances name the patient differently</source><translation>ses instances nomment le patient différemment</translation></message>
    <message><source>another study has this instance, too</source><translation>une autre étude a aussi cette instance</translation></message>
    <message><source>another series has this instance, too</source><translation>une autre série a aussi cette instance</translation></message>
</context>
<context>
    <name>archive_plans</name>
    <message><source>Patient ID</source><translation>ID du patient</translation></message>
    <message><source>Patient name</source><translation>Nom du patient</translation></message>
    <message><source>Birth date</source><translation>Date de naissance</translation></message>
    <message><source>Sex</source><translation>Sexe</translation></message>
    <message><source>Accession number</source><translation>Numéro d’accession</translation></message>
    <message><source>Study description</source><translation>Description de l’étude</translation></message>
    <message><source>Study date</source><translation>Date de l’étude</translation></message>
    <message><source>Series description</source><translation>Description de la série</translation></message>
    <message><source>Why, for the trail</source><translation>Pourquoi, pour la piste</translation></message>
    <message><source>No value is another than it was.</source><translation>Aucune valeur n’est autre qu’avant.</translation></message>
    <message><source>Nothing would change: the files say so already, or are not as the correction left them.</source><translation>Rien ne changerait : les fichiers le disent déjà, ou ne sont pas comme la correction les a laissés.</translation></message>
    <message><source>&amp;Change {count} instance</source><translation>Changer {count} instance</translation></message>
    <message><source>&amp;Change {count} instances</source><translation>Changer {count} instances</translation></message>
    <message><source>{count} instance:</source><translation>{count} instance :</translation></message>
    <message><source>{count} instances:</source><translation>{count} instances :</translation></message>
    <message><source>{old} becomes {new}</source><translation>{old} devient {new}</translation></message>
    <message><source>(not there)</source><translation>(absent)</translation></message>
    <message><source>no reason said</source><translation>aucune raison donnée</translation></message>
    <message><source>Stays: {study} is on hold ({why}).</source><translation>Reste : {study} est retenue ({why}).</translation></message>
    <message><source>{count} instance</source><translation>{count} instance</translation></message>
    <message><source>{count} instances</source><translation>{count} instances</translation></message>
    <message><source>Nothing of it is in the archive any more.</source><translation>Il n’en reste rien dans l’archive.</translation></message>
    <message><source>{count} day</source><translation>{count} jour</translation></message>
    <message><source>{count} days</source><translation>{count} jours</translation></message>
    <message><source>It goes into the trash of the archive, and can be put back from there for {days}.</source><translation>Cela va dans la corbeille de l’archive, et peut en être remis pendant {days}.</translation></message>
    <message><source>&amp;Remove {count} instance</source><translation>Enlever {count} instance</translation></message>
    <message><source>&amp;Remove {count} instances</source><translation>Enlever {count} instances</translation></message>
</context>
<context>
    <name>archive_words</name>
    <message><source>{count} patient</source><translation>{count} patient</translation></message>
    <message><source>{count} patients</source><translation>{count} patients</translation></message>
    <message><source>{count} study</source><translation>{count} étude</translation></message>
    <message><source>{count} studies</source><translation>{count} études</translation></message>
    <message><source>{count} series</source><translation>{count} séries</translation></message>
    <message><source>{count} instance</source><translation>{count} instance</translation></message>
    <message><source>{count} instances</source><translation>{count} instances</translation></message>
    <message><source>{found}, listed as you scroll</source><translation>{found}, listés en défilant</translation></message>
    <message><source>{size} stored, {free} free on the disk.</source><translation>{size} enregistrés, {free} libres sur le disque.</translation></message>
    <message><source>{size} in the trash.</source><translation>{size} dans la corbeille.</translation></message>
    <message><source>Only read: nothing in it may be changed.</source><translation>Lecture seule : rien ne peut y être changé.</translation></message>
    <message><source>Reading…</source><translation>Lecture…</translation></message>
    <message><source>{count} file</source><translation>{count} fichier</translation></message>
    <message><source>{count} files</source><translation>{count} fichiers</translation></message>
    <message><source>{files}, {size}.</source><translation>{files}, {size}.</translation></message>
    <message><source>Last received {when}.</source><translation>Dernière réception {when}.</translation></message>
    <message><source>{instances} of it contradict others.</source><translation>{instances} en contredisent d’autres.</translation></message>
    <message><source>{files} of it missing: Verify tells which.</source><translation>{files} manquent : Vérifier dit lesquels.</translation></message>
    <message><source>On hold: {why}.</source><translation>Retenue : {why}.</translation></message>
    <message><source>no reason said</source><translation>aucune raison donnée</translation></message>
    <message><source>{count} correction</source><translation>{count} correction</translation></message>
    <message><source>{count} corrections</source><translation>{count} corrections</translation></message>
    <message><source>{corrections}, the last by {user} on {when}.</source><translation>{corrections}, la dernière par {user} le {when}.</translation></message>
    <message><source>Sent by {titles}.</source><translation>Envoyé par {titles}.</translation></message>
    <message><source>{count} row</source><translation>{count} ligne</translation></message>
    <message><source>{count} rows</source><translation>{count} lignes</translation></message>
    <message><source>{rows} selected</source><translation>{rows} sélectionnées</translation></message>
</context>
<context>
    <name>association_log</name>
    <message><source>Negotiating</source><translation>En négociation</translation></message>
    <message><source>Established</source><translation>Établie</translation></message>
    <message><source>Released</source><translation>Libérée</translation></message>
    <message><source>Not established</source><translation>Non établie</translation></message>
    <message><source>Aborted</source><translation>Interrompue</translation></message>
    <message><source>Direction</source><translation>Sens</translation></message>
    <message><source>Peer</source><translation>Pair</translation></message>
    <message><source>Security</source><translation>Sécurité</translation></message>
    <message><source>Result</source><translation>Résultat</translation></message>
    <message><source>Started</source><translation>Début</translation></message>
    <message><source>Lasted</source><translation>Durée</translation></message>
    <message><source>Contexts</source><translation>Contextes</translation></message>
    <message><source>Stored</source><translation>Enregistré</translation></message>
    <message><source>Problems</source><translation>Problèmes</translation></message>
    <message><source>Size</source><translation>Taille</translation></message>
    <message><source>Outgoing</source><translation>Sortante</translation></message>
    <message><source>Incoming</source><translation>Entrante</translation></message>
    <message><source>unnamed</source><translation>sans nom</translation></message>
    <message><source>No request</source><translation>Pas de demande</translation></message>
    <message><source>check, {count} associations</source><translation>vérification, {count} associations</translation></message>
    <message><source>The peer's log may say why it gave up.</source><translation>Le journal du pair dit peut-être pourquoi il a abandonné.</translation></message>
</context>
<context>
    <name>capability_nodes</name>
    <message><source>What it accepts</source><translation>Ce qu’il accepte</translation></message>
    <message><source>Encodings</source><translation>Encodages</translation></message>
    <message><source>Verification</source><translation>Vérification</translation></message>
    <message><source>Storage</source><translation>Stockage</translation></message>
    <message><source>Query and retrieve</source><translation>Recherche et récupération</translation></message>
    <message><source>Worklist</source><translation>Liste de travail</translation></message>
    <message><source>Procedure steps</source><translation>Étapes de procédure</translation></message>
    <message><source>Storage commitment</source><translation>Storage commitment</translation></message>
    <message><source>Print</source><translation>Impression</translation></message>
    <message><source>Other services</source><translation>Autres services</translation></message>
    <message><source>{count} SOP class</source><translation>{count} classe SOP</translation></message>
    <message><source>{count} SOP classes</source><translation>{count} classes SOP</translation></message>
    <message><source>{first}, maybe others</source><translation>{first}, peut-être d’autres</translation></message>
    <message><source>{first} and {count} more</source><translation>{first} et {count} de plus</translation></message>
</context>
<context>
    <name>cells</name>
    <message><source>Name</source><translation>Nom</translation></message>
    <message><source>Patient ID</source><translation>ID du patient</translation></message>
    <message><source>Born</source><translation>Né</translation></message>
    <message><source>Date</source><translation>Date</translation></message>
    <message><source>Modality</source><translation>Modalité</translation></message>
    <message><source>Description</source><translation>Description</translation></message>
    <message><source>Accession</source><translation>Accession</translation></message>
    <message><source>Series</source><translation>Série</translation></message>
    <message><source>Instances</source><translation>Instances</translation></message>
    <message><source>Peer</source><translation>Pair</translation></message>
    <message><source>No patient name</source><translation>Pas de nom de patient</translation></message>
    <message><source>Series {number}</source><translation>Série {number}</translation></message>
    <message><source>Instance {number}</source><translation>Instance {number}</translation></message>
    <message><source>Instance</source><translation>Instance</translation></message>
</context>
<context>
    <name>check_steps</name>
    <message><source>Name</source><translation>Nom</translation></message>
    <message><source>Connection (TCP)</source><translation>Connexion (TCP)</translation></message>
    <message><source>Encryption (TLS)</source><translation>Chiffrement (TLS)</translation></message>
    <message><source>Association</source><translation>Association</translation></message>
    <message><source>Echo</source><translation>Écho</translation></message>
    <message><source>Capabilities</source><translation>Capacités</translation></message>
    <message><source>OK</source><translation>OK</translation></message>
    <message><source>Warning</source><translation>Avertissement</translation></message>
    <message><source>Failed</source><translation>Échoué</translation></message>
    <message><source>Not tried</source><translation>Non essayé</translation></message>
    <message><source>Waiting</source><translation>En attente</translation></message>
    <message><source>Under way</source><translation>En cours</translation></message>
    <message><source>Stopped</source><translation>Arrêté</translation></message>
    <message><source>Likely cause: {cause}</source><translation>Cause probable : {cause}</translation></message>
    <message><source>Next: {advice}</source><translation>Ensuite : {advice}</translation></message>
    <message><source>Connection check of {peer}</source><translation>Vérification de la connexion à {peer}</translation></message>
</context>
<context>
    <name>choice_nodes</name>
    <message><source>Peer</source><translation>Pair</translation></message>
    <message><source>chosen</source><translation>choisi</translation></message>
</context>
<context>
    <name>deletion</name>
    <message><source>{count} file</source><translation>{count} fichier</translation></message>
    <message><source>{count} files</source><translation>{count} fichiers</translation></message>
    <message><source>{count} other folder</source><translation>{count} autre dossier</translation></message>
    <message><source>{count} other folders</source><translation>{count} autres dossiers</translation></message>
    <message><source>They are in {folders} and {rest}.</source><translation>Ils sont dans {folders} et {rest}.</translation></message>
    <message><source>They are in {folders}.</source><translation>Ils sont dans {folders}.</translation></message>
    <message><source>{count} file deleted</source><translation>{count} fichier supprimé</translation></message>
    <message><source>{count} files deleted</source><translation>{count} fichiers supprimés</translation></message>
    <message><source>Nothing of them is left in their folders.</source><translation>Il n’en reste rien dans leurs dossiers.</translation></message>
    <message><source>{count} kept</source><translation>{count} gardés</translation></message>
</context>
<context>
    <name>disk_warning</name>
    <message><source>{size} free on the disk of {folder}. Make room, or choose another folder.</source><translation>{size} libres sur le disque de {folder}. Faites de la place, ou choisissez un autre dossier.</translation></message>
</context>
<context>
    <name>element_nodes</name>
    <message><source>Tag</source><translation>Tag</translation></message>
    <message><source>Name</source><translation>Nom</translation></message>
    <message><source>VR</source><translation>VR</translation></message>
    <message><source>Length</source><translation>Longueur</translation></message>
    <message><source>Value</source><translation>Valeur</translation></message>
    <message><source>Item {number}</source><translation>Élément {number}</translation></message>
    <message><source>The value has {size}; at most the first {most} of it are shown.</source><translation>La valeur fait {size} ; au plus les premiers {most} en sont montrés.</translation></message>
    <message><source>private</source><translation>privé</translation></message>
    <message><source>unknown</source><translation>inconnu</translation></message>
</context>
<context>
    <name>entries</name>
    <message><source>A folder is needed: what is received is stored there.</source><translation>Un dossier est nécessaire : ce qui est reçu y est enregistré.</translation></message>
</context>
<context>
    <name>extension_wording</name>
    <message><source>{bytes} … ({count} bytes)</source><translation>{bytes} … ({count} octets)</translation></message>
    <message><source>relational queries</source><translation>requêtes relationnelles</translation></message>
    <message><source>date and time matched together</source><translation>date et heure comparées ensemble</translation></message>
    <message><source>fuzzy matching of names</source><translation>comparaison floue des noms</translation></message>
    <message><source>time zone adjustment</source><translation>ajustement du fuseau horaire</translation></message>
    <message><source>enhanced multi-frame conversion</source><translation>conversion en multi-images améliorées</translation></message>
    <message><source>relational retrieval</source><translation>récupération relationnelle</translation></message>
    <message><source>no {what}</source><translation>pas de {what}</translation></message>
    <message><source>{what}: unknown value {value}</source><translation>{what} : valeur inconnue {value}</translation></message>
    <message><source>unknown value {value}</source><translation>valeur inconnue {value}</translation></message>
    <message><source>level of support: {what}</source><translation>niveau de prise en charge : {what}</translation></message>
    <message><source>2, everything is kept</source><translation>2, tout est gardé</translation></message>
    <message><source>not stated</source><translation>non indiqué</translation></message>
    <message><source>digital signatures: {what}</source><translation>signatures numériques : {what}</translation></message>
    <message><source>elements: {what}</source><translation>éléments : {what}</translation></message>
    <message><source>never changed</source><translation>jamais changés</translation></message>
    <message><source>may be changed</source><translation>peut-être changés</translation></message>
</context>
<context>
    <name>forecast_nodes</name>
    <message><source>What happens</source><translation>Ce qui se passe</translation></message>
    <message><source>SOP class</source><translation>Classe SOP</translation></message>
    <message><source>Encoding of the files</source><translation>Encodage des fichiers</translation></message>
    <message><source>Instances</source><translation>Instances</translation></message>
    <message><source>Size</source><translation>Taille</translation></message>
    <message><source>Why</source><translation>Pourquoi</translation></message>
    <message><source>As is</source><translation>Telles quelles</translation></message>
    <message><source>Cannot go</source><translation>Ne peut pas partir</translation></message>
    <message><source>Converted to {syntax}</source><translation>Converti en {syntax}</translation></message>
    <message><source>and {count} more</source><translation>et {count} de plus</translation></message>
    <message><source>Not readable</source><translation>Illisible</translation></message>
</context>
<context>
    <name>form_values</name>
    <message><source>Today</source><translation>Aujourd’hui</translation></message>
    <message><source>Yesterday</source><translation>Hier</translation></message>
    <message><source>7 days</source><translation>7 jours</translation></message>
    <message><source>30 days</source><translation>30 jours</translation></message>
    <message><source>Year</source><translation>Année</translation></message>
    <message><source>Any date</source><translation>Toujours</translation></message>
    <message><source>From … to</source><translation>Du … au</translation></message>
    <message><source>A date is typed as 2026-11-20 or 20.11.2026.</source><translation>Une date s’écrit 2026-11-20 ou 20.11.2026.</translation></message>
    <message><source>A key is a name or a tag, and perhaps a value: StationName=CT1 or (0008,1010)=CT1. {error}</source><translation>Une clé est un nom ou un tag, et peut-être une valeur : StationName=CT1 ou (0008,1010)=CT1. {error}</translation></message>
    <message><source>A worklist is asked for one modality at a time, or for all.</source><translation>Une liste de travail se demande pour une modalité à la fois, ou pour toutes.</translation></message>
</context>
<context>
    <name>given_up</name>
    <message><source>{state}, {count} instances</source><translation>{state}, {count} instances</translation></message>
    <message><source>for different reasons, the last one: {reason}</source><translation>pour différentes raisons, la dernière : {reason}</translation></message>
</context>
<context>
    <name>here</name>
    <message><source>Here</source><translation>Ici</translation></message>
    <message><source>All {count}</source><translation>Les {count}</translation></message>
    <message><source>{count} of {total}</source><translation>{count} sur {total}</translation></message>
</context>
<context>
    <name>history</name>
    <message><source>When</source><translation>Quand</translation></message>
    <message><source>What</source><translation>Quoi</translation></message>
    <message><source>To</source><translation>Vers</translation></message>
    <message><source>Stored</source><translation>Enregistré</translation></message>
    <message><source>State</source><translation>État</translation></message>
    <message><source>Why</source><translation>Pourquoi</translation></message>
    <message><source>{stored} of {total}</source><translation>{stored} sur {total}</translation></message>
    <message><source>{count} try</source><translation>{count} essai</translation></message>
    <message><source>{count} tries</source><translation>{count} essais</translation></message>
    <message><source>Try {number}</source><translation>Essai {number}</translation></message>
    <message><source>{reason} (status {status})</source><translation>{reason} (statut {status})</translation></message>
</context>
<context>
    <name>import_dialog</name>
    <message><source>Added</source><translation>Ajouté</translation></message>
    <message><source>Changed</source><translation>Changé</translation></message>
    <message><source>Left out</source><translation>Omis</translation></message>
</context>
<context>
    <name>job_nodes</name>
    <message><source>Retrieve</source><translation>Récupérer</translation></message>
    <message><source>Instances</source><translation>Instances</translation></message>
    <message><source>State</source><translation>État</translation></message>
    <message><source>Progress</source><translation>Avancement</translation></message>
    <message><source>Refused here</source><translation>Refusé ici</translation></message>
    <message><source>Failed at peer</source><translation>Échoué chez le pair</translation></message>
    <message><source>Missing</source><translation>Manquant</translation></message>
    <message><source>{count} missing</source><translation>{count} manquent</translation></message>
    <message><source>Waiting</source><translation>En attente</translation></message>
    <message><source>Retrieving</source><translation>Récupération</translation></message>
    <message><source>Asking</source><translation>Demande</translation></message>
    <message><source>Stopping</source><translation>Arrêt</translation></message>
    <message><source>All here</source><translation>Tout est ici</translation></message>
    <message><source>Sent</source><translation>Envoyé</translation></message>
    <message><source>With problems</source><translation>Avec problèmes</translation></message>
    <message><source>Failed</source><translation>Échoué</translation></message>
    <message><source>Cancelled</source><translation>Annulé</translation></message>
    <message><source>to {peer}</source><translation>vers {peer}</translation></message>
    <message><source> by {method}</source><translation> par {method}</translation></message>
    <message><source>Automatic</source><translation>Automatique</translation></message>
    <message><source>{first} and {count} more</source><translation>{first} et {count} de plus</translation></message>
    <message><source>from {peer}</source><translation>de {peer}</translation></message>
    <message><source>from {peer} to {destination}</source><translation>de {peer} vers {destination}</translation></message>
</context>
<context>
    <name>keyboard</name>
    <message><source>These are no keys.</source><translation>Ce ne sont pas des touches.</translation></message>
    <message><source>{keys} cannot be used: {reason}</source><translation>{keys} ne convient pas : {reason}</translation></message>
    <message><source>one press has to be enough.</source><translation>une seule frappe doit suffire.</translation></message>
    <message><source>it is needed to type. Add Ctrl or Alt.</source><translation>elle sert à écrire. Ajoutez Ctrl ou Alt.</translation></message>
    <message><source>it is needed to edit text.</source><translation>elle sert à modifier du texte.</translation></message>
    <message><source>Alt and a letter open menus and press buttons.</source><translation>Alt avec une lettre ouvre les menus et presse les boutons.</translation></message>
    <message><source>{keys} is taken by “{command}”.</source><translation>{keys} est déjà pris par « {command} ».</translation></message>
</context>
<context>
    <name>lists</name>
    <message><source>Line</source><translation>Ligne</translation></message>
    <message><source>Asks for</source><translation>Demande</translation></message>
    <message><source>State</source><translation>État</translation></message>
    <message><source>Found</source><translation>Trouvé</translation></message>
    <message><source>Instances</source><translation>Instances</translation></message>
    <message><source>Why</source><translation>Pourquoi</translation></message>
    <message><source>To do</source><translation>À faire</translation></message>
    <message><source>Ambiguous</source><translation>Ambigu</translation></message>
    <message><source>Not found</source><translation>Non trouvé</translation></message>
    <message><source>Fetched</source><translation>Cherché</translation></message>
    <message><source>Incomplete</source><translation>Incomplet</translation></message>
    <message><source>Failed</source><translation>Échoué</translation></message>
    <message><source>Under way</source><translation>En cours</translation></message>
    <message><source>Cannot be asked</source><translation>Ne peut être demandé</translation></message>
    <message><source>The same as an earlier line</source><translation>La même qu’une ligne précédente</translation></message>
    <message><source>Fewer digits than others</source><translation>Moins de chiffres que les autres</translation></message>
    <message><source>{stored} of {announced}</source><translation>{stored} sur {announced}</translation></message>
    <message><source>The list was not worked through</source><translation>La liste n’a pas été travaillée</translation></message>
    <message><source>This is no list that can be used</source><translation>Ce n’est pas une liste utilisable</translation></message>
    <message><source>It can be taken up again, also after the window was closed.</source><translation>Elle peut être reprise, même après la fermeture de la fenêtre.</translation></message>
    <message><source>{count} line to ask for</source><translation>{count} ligne à demander</translation></message>
    <message><source>{count} lines to ask for</source><translation>{count} lignes à demander</translation></message>
    <message><source>Fill up to {count} digits</source><translation>Compléter à {count} chiffres</translation></message>
    <message><source>The peer is told to end what is under way.</source><translation>On dit au pair de terminer ce qui est en route.</translation></message>
    <message><source>Stopping…</source><translation>Arrêt…</translation></message>
    <message><source>{size} fetched</source><translation>{size} cherchés</translation></message>
    <message><source>Line {line}, {value}: {state}</source><translation>Ligne {line}, {value} : {state}</translation></message>
    <message><source>about a minute left</source><translation>encore environ une minute</translation></message>
    <message><source>about {count} minutes left</source><translation>encore environ {count} minutes</translation></message>
    <message><source>about {count} hours left</source><translation>encore environ {count} heures</translation></message>
    <message><source>The peer is asked, nothing is fetched</source><translation>Le pair est interrogé, rien n’est cherché</translation></message>
    <message><source>What is found is fetched into {place} by {method}</source><translation>Ce qui est trouvé est cherché dans {place} par {method}</translation></message>
    <message><source>What is found is sent to {place} by C-MOVE</source><translation>Ce qui est trouvé est envoyé à {place} par C-MOVE</translation></message>
    <message><source>all studies where several fit</source><translation>toutes les études là où plusieurs correspondent</translation></message>
    <message><source>a pause of {count} s between lines</source><translation>une pause de {count} s entre les lignes</translation></message>
    <message><source>{count} lines at once</source><translation>{count} lignes à la fois</translation></message>
    <message><source>only between {hours}</source><translation>seulement entre {hours}</translation></message>
</context>
<context>
    <name>menu_bar</name>
    <message><source>Menu bar</source><translation>Barre de menus</translation></message>
    <message><source>&amp;File</source><translation>&amp;Fichier</translation></message>
    <message><source>&amp;Edit</source><translation>Éditi&amp;on</translation></message>
    <message><source>&amp;View</source><translation>Affichag&amp;e</translation></message>
    <message><source>&amp;Transfer</source><translation>&amp;Transfert</translation></message>
    <message><source>T&amp;ools</source><translation>Outils</translation></message>
    <message><source>&amp;Help</source><translation>Aide</translation></message>
    <message><source>&amp;Undo	Ctrl+Z</source><translation>Annuler	Ctrl+Z</translation></message>
    <message><source>&amp;Redo	Ctrl+Shift+Z</source><translation>Rétablir	Ctrl+Maj+Z</translation></message>
    <message><source>Cu&amp;t	Ctrl+X</source><translation>Couper	Ctrl+X</translation></message>
    <message><source>&amp;Copy	Ctrl+C</source><translation>Copier	Ctrl+C</translation></message>
    <message><source>&amp;Paste	Ctrl+V</source><translation>Coller	Ctrl+V</translation></message>
    <message><source>Select &amp;all	Ctrl+A</source><translation>Tout sélectionner	Ctrl+A</translation></message>
    <message><source>&amp;Find</source><translation>Rechercher</translation></message>
    <message><source>&amp;Look again</source><translation>Regarder de nouveau</translation></message>
</context>
<context>
    <name>negotiation_nodes</name>
    <message><source>ID</source><translation>ID</translation></message>
    <message><source>SOP class</source><translation>Classe SOP</translation></message>
    <message><source>Result</source><translation>Résultat</translation></message>
    <message><source>Encoding</source><translation>Encodage</translation></message>
    <message><source>Requestor is</source><translation>Le demandeur est</translation></message>
    <message><source>Why</source><translation>Pourquoi</translation></message>
    <message><source>Time</source><translation>Heure</translation></message>
    <message><source>No.</source><translation>N°</translation></message>
    <message><source>Message</source><translation>Message</translation></message>
    <message><source>State</source><translation>État</translation></message>
    <message><source>Status</source><translation>Statut</translation></message>
    <message><source>Size</source><translation>Taille</translation></message>
    <message><source>What is said of it</source><translation>Ce qui en est dit</translation></message>
    <message><source>{first} and {count} more</source><translation>{first} et {count} de plus</translation></message>
    <message><source>There was no association.</source><translation>Il n’y a pas eu d’association.</translation></message>
    <message><source>Not answered yet.</source><translation>Pas encore de réponse.</translation></message>
    <message><source>No roles were proposed: the requestor is SCU, the acceptor is SCP.</source><translation>Aucun rôle proposé : le demandeur est SCU, l’accepteur est SCP.</translation></message>
    <message><source>Proposed: the requestor is {roles}.</source><translation>Proposé : le demandeur est {roles}.</translation></message>
    <message><source>Not answered: the requestor is SCU only.</source><translation>Sans réponse : le demandeur est SCU seulement.</translation></message>
    <message><source>Accepted: {roles}.</source><translation>Accepté : {roles}.</translation></message>
    <message><source>Not negotiated</source><translation>Non négocié</translation></message>
    <message><source>SCU</source><translation>SCU</translation></message>
    <message><source>SCU/SCP</source><translation>SCU/SCP</translation></message>
    <message><source>SCP</source><translation>SCP</translation></message>
    <message><source>neither</source><translation>ni l’un ni l’autre</translation></message>
    <message><source>Chosen</source><translation>Choisi</translation></message>
    <message><source>Proposed</source><translation>Proposé</translation></message>
    <message><source>C-STORE of {what}</source><translation>C-STORE de {what}</translation></message>
</context>
<context>
    <name>path_entry</name>
    <message><source>Add: {what}</source><translation>Ajouter : {what}</translation></message>
    <message><source>&amp;Files…</source><translation>Fichiers…</translation></message>
    <message><source>F&amp;older…</source><translation>Dossier…</translation></message>
</context>
<context>
    <name>peer_formats</name>
    <message><source>Table (CSV)</source><translation>Table (CSV)</translation></message>
    <message><source>Orthanc (DicomModalities)</source><translation>Orthanc (DicomModalities)</translation></message>
    <message><source>dcmqrscp.cfg (HostTable)</source><translation>dcmqrscp.cfg (HostTable)</translation></message>
    <message><source>Weasis (node XML)</source><translation>Weasis (nœuds en XML)</translation></message>
    <message><source>Address book (all but secrets)</source><translation>Carnet d’adresses (tout sauf les secrets)</translation></message>
</context>
<context>
    <name>peer_rows</name>
    <message><source>Name</source><translation>Nom</translation></message>
    <message><source>AE title</source><translation>Titre AE</translation></message>
    <message><source>Address</source><translation>Adresse</translation></message>
    <message><source>Own AE title</source><translation>Titre AE propre</translation></message>
    <message><source>Last check</source><translation>Dernière vérification</translation></message>
    <message><source>Never checked</source><translation>Jamais vérifiés</translation></message>
    <message><source>In order</source><translation>En ordre</translation></message>
    <message><source>Warning</source><translation>Avertissement</translation></message>
    <message><source>Failed</source><translation>Échoué</translation></message>
    <message><source>Checking…</source><translation>Vérification…</translation></message>
    <message><source>{count} problem</source><translation>{count} problème</translation></message>
    <message><source>{count} problems</source><translation>{count} problèmes</translation></message>
</context>
<context>
    <name>peer_setup</name>
    <message><source>The security settings cannot be used</source><translation>Les réglages de sécurité ne peuvent pas être utilisés</translation></message>
</context>
<context>
    <name>preflight_flow</name>
    <message><source>Checking how everything would go to {peer}…</source><translation>Vérification de ce qui irait vers {peer}…</translation></message>
    <message><source>Nothing is sent.</source><translation>Rien n’est envoyé.</translation></message>
    <message><source>{done} of {total} looked at. Nothing is sent.</source><translation>{done} sur {total} examinés. Rien n’est envoyé.</translation></message>
    <message><source>Stopped: not everything was looked at</source><translation>Arrêté : tout n’a pas été examiné</translation></message>
    <message><source>There is nothing that could be sent.</source><translation>Il n’y a rien qui puisse être envoyé.</translation></message>
    <message><source>Nothing could go to {peer}</source><translation>Rien ne pourrait aller vers {peer}</translation></message>
    <message><source>{count} as they are</source><translation>{count} telles quelles</translation></message>
    <message><source>{count} converted</source><translation>{count} converties</translation></message>
    <message><source>All {instances} can go to {peer}</source><translation>Les {instances} peuvent toutes aller vers {peer}</translation></message>
    <message><source>{count} of {total} cannot go to {peer}</source><translation>{count} sur {total} ne peuvent pas aller vers {peer}</translation></message>
    <message><source>{going} can go. Select a row to see why, and what would help.</source><translation>{going} peuvent partir. Sélectionnez une ligne pour voir pourquoi, et ce qui aiderait.</translation></message>
    <message><source>None of the others</source><translation>Aucune des autres</translation></message>
</context>
<context>
    <name>query_menus</name>
    <message><source>&amp;Save this query…</source><translation>Enregistrer cette requête…</translation></message>
    <message><source>&amp;Forget</source><translation>Oublier</translation></message>
    <message><source>Saved</source><translation>Enregistrées</translation></message>
    <message><source>Recent</source><translation>Récentes</translation></message>
    <message><source>&amp;Ask again, and mark what is new</source><translation>Redemander, et marquer ce qui est nouveau</translation></message>
    <message><source>Ask again &amp;every</source><translation>Redemander toutes les</translation></message>
    <message><source>Copy as &amp;command</source><translation>Copier comme commande</translation></message>
    <message><source>Save results as C&amp;SV…</source><translation>Enregistrer les résultats en CSV…</translation></message>
    <message><source>Save results as &amp;JSON…</source><translation>Enregistrer les résultats en JSON…</translation></message>
    <message><source>Empty the &amp;form</source><translation>Vider le formulaire</translation></message>
    <message><source>Everything</source><translation>Tout</translation></message>
    <message><source>Never</source><translation>Jamais</translation></message>
    <message><source>{count} minute</source><translation>{count} minute</translation></message>
    <message><source>{count} minutes</source><translation>{count} minutes</translation></message>
</context>
<context>
    <name>query_words</name>
    <message><source>{count} scheduled step</source><translation>{count} étape prévue</translation></message>
    <message><source>{count} scheduled steps</source><translation>{count} étapes prévues</translation></message>
    <message><source>{count} patient</source><translation>{count} patient</translation></message>
    <message><source>{count} patients</source><translation>{count} patients</translation></message>
    <message><source>{count} study</source><translation>{count} étude</translation></message>
    <message><source>{count} studies</source><translation>{count} études</translation></message>
    <message><source>Nothing was asked yet</source><translation>Rien n’a encore été demandé</translation></message>
    <message><source>Choose peers at the top or type one, fill in what you know, and press Query.</source><translation>Choisissez des pairs en haut ou écrivez-en un, remplissez ce que vous savez, et pressez Rechercher.</translation></message>
    <message><source>Stopped. {found} had come</source><translation>Arrêté. {found} étaient venus</translation></message>
    <message><source>Ask again</source><translation>Redemander</translation></message>
    <message><source>{peer} {count}…</source><translation>{peer} {count}…</translation></message>
    <message><source>{peer} {count}</source><translation>{peer} {count}</translation></message>
    <message><source>{peer} {count} (cut)</source><translation>{peer} {count} (coupé)</translation></message>
    <message><source>{peer} failed</source><translation>{peer} a échoué</translation></message>
    <message><source>{peer} {count} (stopped)</source><translation>{peer} {count} (arrêté)</translation></message>
    <message><source>{count} answer cannot be read</source><translation>{count} réponse est illisible</translation></message>
    <message><source>{count} answers cannot be read</source><translation>{count} réponses sont illisibles</translation></message>
    <message><source>{count} answer says another level</source><translation>{count} réponse dit un autre niveau</translation></message>
    <message><source>{count} answers say another level</source><translation>{count} réponses disent un autre niveau</translation></message>
    <message><source>{count} answer has no UID or ID, and cannot be opened or retrieved</source><translation>{count} réponse n’a ni UID ni ID, et ne peut être ouverte ni récupérée</translation></message>
    <message><source>{count} answers have no UID or ID, and cannot be opened or retrieved</source><translation>{count} réponses n’ont ni UID ni ID, et ne peuvent être ouvertes ni récupérées</translation></message>
    <message><source>{count} answer came twice</source><translation>{count} réponse est venue deux fois</translation></message>
    <message><source>{count} answers came twice</source><translation>{count} réponses sont venues deux fois</translation></message>
    <message><source>for {count} answer not all keys were taken into account</source><translation>pour {count} réponse, toutes les clés n’ont pas été prises en compte</translation></message>
    <message><source>for {count} answers not all keys were taken into account</source><translation>pour {count} réponses, toutes les clés n’ont pas été prises en compte</translation></message>
    <message><source>{count} answer has text that its character set cannot have</source><translation>{count} réponse a du texte que son jeu de caractères ne peut avoir</translation></message>
    <message><source>{count} answers have text that their character set cannot have</source><translation>{count} réponses ont du texte que leur jeu de caractères ne peut avoir</translation></message>
    <message><source>{peer}: {words}.</source><translation>{peer} : {words}.</translation></message>
    <message><source>Asking {peers}… {found} so far</source><translation>{peers} : interrogation… {found} jusqu’ici</translation></message>
    <message><source>Escape stops it; what has come stays.</source><translation>Échap arrête ; ce qui est venu reste.</translation></message>
    <message><source>{peers} broke off; {found} had come</source><translation>{peers} a rompu ; {found} étaient venus</translation></message>
    <message><source>{peers} did not answer the query</source><translation>{peers} n’a pas répondu à la requête</translation></message>
    <message><source>Asking again for parts of the date range, until none is cut, brings the rest.</source><translation>Redemander par parties de la période, jusqu’à ce qu’aucune ne soit coupée, apporte le reste.</translation></message>
    <message><source>Get the rest by dates</source><translation>Chercher le reste par dates</translation></message>
    <message><source>Narrow the query: a longer part of the name, fewer days, one modality.</source><translation>Resserrez la requête : plus du nom, moins de jours, une modalité.</translation></message>
    <message><source>{found}, and there may be more</source><translation>{found}, et il y en a peut-être plus</translation></message>
    <message><source>{passing} of {found} pass the filter</source><translation>{passing} sur {found} passent le filtre</translation></message>
    <message><source>Right opens a row, Return retrieves what is chosen.</source><translation>Droite ouvre une ligne, Entrée récupère ce qui est choisi.</translation></message>
    <message><source>{peers} found nothing</source><translation>{peers} n’a rien trouvé</translation></message>
    <message><source>Try less: the beginning of the name, any date, no modality. Some peers answer nothing to a query without keys.</source><translation>Essayez moins : le début du nom, toute date, aucune modalité. Certains pairs ne répondent rien à une requête sans clés.</translation></message>
    <message><source>{count} answer</source><translation>{count} réponse</translation></message>
    <message><source>{count} answers</source><translation>{count} réponses</translation></message>
    <message><source>{peer}: {answers}.</source><translation>{peer} : {answers}.</translation></message>
</context>
<context>
    <name>receive_details</name>
    <message><source>{count} not stored: {name}</source><translation>{count} non enregistrées : {name}</translation></message>
    <message><source>It came {count} times.</source><translation>Elle est venue {count} fois.</translation></message>
    <message><source>Its file is not kept.</source><translation>Son fichier n’est pas conservé.</translation></message>
    <message><source>The instance could not be stored.</source><translation>L’instance n’a pas pu être enregistrée.</translation></message>
    <message><source>Came from {first} to {last}.</source><translation>Venu de {first} à {last}.</translation></message>
    <message><source>{count} are missing: have them sent again, or retrieve the study.</source><translation>{count} manquent : faites-les renvoyer, ou récupérez l’étude.</translation></message>
    <message><source>Complete.</source><translation>Complet.</translation></message>
    <message><source>More than there should be.</source><translation>Plus qu’il ne devrait y en avoir.</translation></message>
    <message><source>What it wanted to send is not accepted here: choose beside Start what is, or a profile that has it; Associations shows what was proposed.</source><translation>Ce qu’il voulait envoyer n’est pas accepté ici : choisissez à côté de Démarrer ce qui l’est, ou un profil qui l’a ; Associations montre ce qui a été proposé.</translation></message>
    <message><source>{peer} was refused</source><translation>{peer} a été refusé</translation></message>
    <message><source>A peer</source><translation>Un pair</translation></message>
    <message><source>{peer} was refused; {count} refusals so far</source><translation>{peer} a été refusé ; {count} refus jusqu’ici</translation></message>
    <message><source>Trouble with a connection from {host}</source><translation>Difficultés avec une connexion de {host}</translation></message>
    <message><source>Trouble while listening</source><translation>Difficultés pendant l’écoute</translation></message>
    <message><source>Could not receive association request: {reason}</source><translation>Une demande d’association n’a pas pu être reçue : {reason}</translation></message>
    <message><source>Cannot store received object: {fault}</source><translation>Un objet reçu ne peut pas être enregistré : {fault}</translation></message>
    <message><source>The command for a received study ended with exit code {exit_code}</source><translation>La commande pour une étude reçue s’est terminée avec le code {exit_code}</translation></message>
    <message><source>The security settings could not be read</source><translation>Les réglages de sécurité n’ont pas pu être lus</translation></message>
    <message><source>{problem} Look through them and save them before listening: nobody is let in by mistake.</source><translation>{problem} Relisez-les et enregistrez-les avant d’écouter : personne n’est admis par erreur.</translation></message>
    <message><source>Not listening: the listener's key needs its pass phrase</source><translation>N’écoute pas : la clé a besoin de sa phrase secrète</translation></message>
    <message><source>Press Start and enter it. Kept in the keyring, it is not asked for again.</source><translation>Pressez Démarrer et saisissez-la. Gardée dans le trousseau, elle n’est plus demandée.</translation></message>
    <message><source>Today {instances} of {studies}, {size}</source><translation>Aujourd’hui {instances} de {studies}, {size}</translation></message>
    <message><source>{count} study</source><translation>{count} étude</translation></message>
    <message><source>{count} studies</source><translation>{count} études</translation></message>
    <message><source>Stopping: waiting for {count} open association</source><translation>Arrêt : en attente de {count} association ouverte</translation></message>
    <message><source>Stopping: waiting for {count} open associations</source><translation>Arrêt : en attente de {count} associations ouvertes</translation></message>
    <message><source>Press Stop now to break them off.</source><translation>Pressez « Arrêter maintenant » pour les interrompre.</translation></message>
    <message><source>{instances} of {studies} received</source><translation>{instances} de {studies} reçues</translation></message>
    <message><source>Ready to receive</source><translation>Prêt à recevoir</translation></message>
    <message><source>Not listening now.</source><translation>N’écoute pas maintenant.</translation></message>
    <message><source>Not listening</source><translation>N’écoute pas</translation></message>
    <message><source>Choose an AE title, a port and a folder, then press Start.</source><translation>Choisissez titre AE, port et dossier, puis pressez Démarrer.</translation></message>
    <message><source>Another port may help; ports below 1024 need special rights.</source><translation>Un autre port peut aider ; les ports sous 1024 exigent des droits particuliers.</translation></message>
    <message><source>Choose another profile, or take everything.</source><translation>Choisissez un autre profil, ou acceptez tout.</translation></message>
    <message><source>Another folder may help, or the right to write into this one.</source><translation>Un autre dossier peut aider, ou le droit d’écrire dans celui-ci.</translation></message>
    <message><source>Cannot listen</source><translation>Impossible d’écouter</translation></message>
</context>
<context>
    <name>received_nodes</name>
    <message><source>Patient / study / series</source><translation>Patient / étude / série</translation></message>
    <message><source>Modality</source><translation>Modalité</translation></message>
    <message><source>Series</source><translation>Série</translation></message>
    <message><source>Instances</source><translation>Instances</translation></message>
    <message><source>Size</source><translation>Taille</translation></message>
    <message><source>From</source><translation>De</translation></message>
    <message><source>Arrived</source><translation>Arrivée</translation></message>
    <message><source>State</source><translation>État</translation></message>
    <message><source>Rate</source><translation>Débit</translation></message>
    <message><source>Quiet for {time}</source><translation>Calme depuis {time}</translation></message>
    <message><source>{count} not stored</source><translation>{count} non enregistrées</translation></message>
    <message><source>{count} missing</source><translation>{count} manquent</translation></message>
    <message><source>Complete</source><translation>Complet</translation></message>
    <message><source>{count} here</source><translation>{count} ici</translation></message>
    <message><source>{count} of {expected} here</source><translation>{count} sur {expected} ici</translation></message>
    <message><source>{count} again</source><translation>{count} de nouveau</translation></message>
    <message><source>{here} here, {again} again</source><translation>{here} ici, {again} de nouveau</translation></message>
    <message><source>{here} of {expected}, {again} again</source><translation>{here} sur {expected}, {again} de nouveau</translation></message>
    <message><source>First at {first}, last at {last}</source><translation>D’abord à {first}, en dernier à {last}</translation></message>
    <message><source>and {count} more</source><translation>et {count} de plus</translation></message>
    <message><source>came {count} times</source><translation>venu {count} fois</translation></message>
</context>
<context>
    <name>received_studies</name>
    <message><source>{count} instance not stored</source><translation>{count} instance non enregistrée</translation></message>
    <message><source>{count} instances not stored</source><translation>{count} instances non enregistrées</translation></message>
</context>
<context>
    <name>result_nodes</name>
    <message><source>New</source><translation>Nouveau</translation></message>
</context>
<context>
    <name>retrieve_words</name>
    <message><source>{count} here before</source><translation>{count} déjà ici</translation></message>
    <message><source>{count} announced</source><translation>{count} annoncées</translation></message>
    <message><source>{peer} reports {sent} sent</source><translation>{peer} rapporte {sent} envoyées</translation></message>
    <message><source> and {count} failed</source><translation> et {count} échouées</translation></message>
    <message><source>{count} arrived</source><translation>{count} arrivées</translation></message>
    <message><source>{count} stored</source><translation>{count} enregistrées</translation></message>
    <message><source>{count} missing</source><translation>{count} manquent</translation></message>
    <message><source>{time} left</source><translation>reste {time}</translation></message>
    <message><source>More came than was announced: the study has grown meanwhile. Retrieve again later, to have what is added still</source><translation>Il en est venu plus qu’annoncé : l’étude a grandi entre-temps. Récupérez de nouveau plus tard, pour avoir ce qui s’y ajoute encore</translation></message>
    <message><source>{way} into {folder}</source><translation>{way} dans {folder}</translation></message>
    <message><source>and {count} more</source><translation>et {count} de plus</translation></message>
</context>
<context>
    <name>row_actions</name>
    <message><source>{count} study</source><translation>{count} étude</translation></message>
    <message><source>{count} studies</source><translation>{count} études</translation></message>
    <message><source>{count} series</source><translation>{count} séries</translation></message>
    <message><source>{count} instance</source><translation>{count} instance</translation></message>
    <message><source>{count} instances</source><translation>{count} instances</translation></message>
    <message><source>{count} row</source><translation>{count} ligne</translation></message>
    <message><source>{count} rows</source><translation>{count} lignes</translation></message>
</context>
<context>
    <name>rule_answers</name>
    <message><source>No instance</source><translation>Aucune instance</translation></message>
    <message><source>{goes} of {count} would go somewhere. Nothing is sent by this.</source><translation>{goes} sur {count} iraient quelque part. Rien n’est envoyé par cela.</translation></message>
    <message><source>{count} study</source><translation>{count} étude</translation></message>
    <message><source>{count} studies</source><translation>{count} études</translation></message>
    <message><source>Only the first {count} files were looked at.</source><translation>Seuls les {count} premiers fichiers ont été examinés.</translation></message>
    <message><source>{count} instance</source><translation>{count} instance</translation></message>
    <message><source>{count} instances</source><translation>{count} instances</translation></message>
    <message><source>Goes</source><translation>Part</translation></message>
    <message><source>Goes nowhere</source><translation>Ne va nulle part</translation></message>
    <message><source>No</source><translation>Non</translation></message>
    <message><source>{count} to {peer}</source><translation>{count} vers {peer}</translation></message>
    <message><source>Waits</source><translation>Attend</translation></message>
    <message><source>Yes</source><translation>Oui</translation></message>
</context>
<context>
    <name>rule_rows</name>
    <message><source>Order</source><translation>Ordre</translation></message>
    <message><source>Rule</source><translation>Règle</translation></message>
    <message><source>State</source><translation>État</translation></message>
    <message><source>Last action</source><translation>Dernière action</translation></message>
    <message><source>Today</source><translation>Aujourd’hui</translation></message>
    <message><source>Off</source><translation>Inactive</translation></message>
    <message><source>Needs attention</source><translation>Demande attention</translation></message>
    <message><source>Sends at {time}</source><translation>Envoie à {time}</translation></message>
    <message><source>On</source><translation>Active</translation></message>
    <message><source>nothing yet</source><translation>encore rien</translation></message>
</context>
<context>
    <name>send_details</name>
    <message><source>Not sent: {reason}</source><translation>Non envoyé : {reason}</translation></message>
    <message><source>{stored} of {instances} stored</source><translation>{stored} sur {instances} enregistrées</translation></message>
    <message><source>{count} not stored</source><translation>{count} non enregistrées</translation></message>
    <message><source>{count} study selected</source><translation>{count} étude sélectionnée</translation></message>
    <message><source>{count} studies selected</source><translation>{count} études sélectionnées</translation></message>
    <message><source>no peer yet</source><translation>pas encore de pair</translation></message>
    <message><source>{state}: it goes to {peer} then</source><translation>{state} : cela ira alors vers {peer}</translation></message>
    <message><source>Paused: it goes to {peer} when you let it go on</source><translation>En pause : cela ira vers {peer} quand vous le laisserez continuer</translation></message>
    <message><source>Cancelled: nothing more of it goes to {peer}</source><translation>Annulé : plus rien n’en va vers {peer}</translation></message>
    <message><source>{peer} refused {instances}</source><translation>{peer} a refusé {instances}</translation></message>
    <message><source>{instances} failed on the way to {peer}</source><translation>{instances} ont échoué en route vers {peer}</translation></message>
    <message><source>{instances} could not be sent to {peer}</source><translation>{instances} n’ont pas pu être envoyées à {peer}</translation></message>
    <message><source>The peer</source><translation>Le pair</translation></message>
    <message><source>{count} try</source><translation>{count} essai</translation></message>
    <message><source>{count} tries</source><translation>{count} essais</translation></message>
    <message><source>Stored by {peer}</source><translation>Enregistré par {peer}</translation></message>
    <message><source>Stored by {peer}, with a warning</source><translation>Enregistré par {peer}, avec un avertissement</translation></message>
    <message><source>Refused by {peer}</source><translation>Refusé par {peer}</translation></message>
    <message><source>the peer</source><translation>le pair</translation></message>
    <message><source>Accession number {number}.</source><translation>Numéro d’accession {number}.</translation></message>
    <message><source>Press Send to start.</source><translation>Pressez Envoyer pour commencer.</translation></message>
    <message><source>{instances}, {size}</source><translation>{instances}, {size}</translation></message>
    <message><source>({count} more reason)</source><translation>({count} autre raison)</translation></message>
    <message><source>({count} more reasons)</source><translation>({count} autres raisons)</translation></message>
    <message><source>Status {status}.</source><translation>Statut {status}.</translation></message>
    <message><source>{count} file is not sent</source><translation>{count} fichier n’est pas envoyé</translation></message>
    <message><source>{count} files are not sent</source><translation>{count} fichiers ne sont pas envoyés</translation></message>
    <message><source>They were found among what you added. Open the row to see each one.</source><translation>Ils étaient dans ce que vous avez ajouté. Ouvrez la ligne pour voir chacun.</translation></message>
    <message><source>Getting ready to send to {peer}…</source><translation>Préparation de l’envoi vers {peer}…</translation></message>
    <message><source>{done} of {total}</source><translation>{done} sur {total}</translation></message>
    <message><source>about {time} left</source><translation>encore environ {time}</translation></message>
    <message><source>{count} associations</source><translation>{count} associations</translation></message>
    <message><source>Sending to {peer}: {done} of {total}</source><translation>Envoi vers {peer} : {done} sur {total}</translation></message>
    <message><source>{count} study waits.</source><translation>{count} étude attend.</translation></message>
    <message><source>{count} studies wait.</source><translation>{count} études attendent.</translation></message>
    <message><source>{count} study is paused</source><translation>{count} étude est en pause</translation></message>
    <message><source>{count} studies are paused</source><translation>{count} études sont en pause</translation></message>
    <message><source>Press Go on when they shall go.</source><translation>Pressez Continuer quand elles doivent partir.</translation></message>
    <message><source>Paused. {instances} stored by {peer}</source><translation>En pause. {instances} enregistrées par {peer}</translation></message>
    <message><source>What was not sent waits in the list. Press Go on when it shall go.</source><translation>Ce qui n’a pas été envoyé attend dans la liste. Pressez Continuer quand cela doit partir.</translation></message>
    <message><source>Check host, port and AE titles with Echo, then send again.</source><translation>Vérifiez machine, port et titres AE avec Écho, puis envoyez de nouveau.</translation></message>
    <message><source>Nothing more could be sent to {peer}</source><translation>Plus rien n’a pu être envoyé à {peer}</translation></message>
    <message><source>{stored} stored by {peer}, {count} not</source><translation>{stored} enregistrées par {peer}, {count} non</translation></message>
    <message><source>Select a row marked in red to see why, and what to do about it.</source><translation>Sélectionnez une ligne marquée en rouge pour voir pourquoi, et que faire.</translation></message>
    <message><source>All {instances} stored by {peer}</source><translation>Les {instances} toutes enregistrées par {peer}</translation></message>
    <message><source>The peer confirmed each one.</source><translation>Le pair a confirmé chacune.</translation></message>
    <message><source>Echo answered in {time}.</source><translation>Écho répondu en {time}.</translation></message>
    <message><source>Connecting and negotiating took {time}.</source><translation>Connexion et négociation ont pris {time}.</translation></message>
    <message><source>{peer} answered</source><translation>{peer} a répondu</translation></message>
    <message><source>{peer} answered, but not with Success</source><translation>{peer} a répondu, mais pas par un succès</translation></message>
    <message><source>{peer} did not answer the echo</source><translation>{peer} n’a pas répondu à l’écho</translation></message>
    <message><source>{peer} could not be asked</source><translation>{peer} n’a pas pu être interrogé</translation></message>
    <message><source>Reading was stopped: {count} instance is listed, the rest was not looked at</source><translation>La lecture a été arrêtée : {count} instance est dans la liste, le reste n’a pas été examiné</translation></message>
    <message><source>Reading was stopped: {count} instances are listed, the rest was not looked at</source><translation>La lecture a été arrêtée : {count} instances sont dans la liste, le reste n’a pas été examiné</translation></message>
    <message><source>Add it again to have all of it, or send what is listed.</source><translation>Ajoutez-le de nouveau pour tout avoir, ou envoyez ce qui est dans la liste.</translation></message>
    <message><source>Nothing to send was found: {count} file is not DICOM, or not readable</source><translation>Rien à envoyer n’a été trouvé : {count} fichier n’est pas DICOM, ou pas lisible</translation></message>
    <message><source>Nothing to send was found: {count} files are not DICOM, or not readable</source><translation>Rien à envoyer n’a été trouvé : {count} fichiers ne sont pas DICOM, ou pas lisibles</translation></message>
    <message><source>Open the row of skipped files to see each one with its reason.</source><translation>Ouvrez la ligne des fichiers ignorés pour voir chacun avec sa raison.</translation></message>
</context>
<context>
    <name>send_nodes</name>
    <message><source>Patient / study / series</source><translation>Patient / étude / série</translation></message>
    <message><source>Date</source><translation>Date</translation></message>
    <message><source>To</source><translation>Vers</translation></message>
    <message><source>Modality</source><translation>Modalité</translation></message>
    <message><source>Stored</source><translation>Enregistré</translation></message>
    <message><source>Size</source><translation>Taille</translation></message>
    <message><source>State</source><translation>État</translation></message>
    <message><source>Progress</source><translation>Avancement</translation></message>
    <message><source>Rate</source><translation>Débit</translation></message>
    <message><source>Left</source><translation>Reste</translation></message>
    <message><source>{count} problems</source><translation>{count} problèmes</translation></message>
    <message><source>{count} not stored</source><translation>{count} non enregistrées</translation></message>
    <message><source>{count} waiting</source><translation>{count} en attente</translation></message>
    <message><source>{stored} of {total} stored</source><translation>{stored} sur {total} enregistrées</translation></message>
    <message><source>{stored} of {total}</source><translation>{stored} sur {total}</translation></message>
    <message><source>{state}, {tries}</source><translation>{state}, {tries}</translation></message>
    <message><source>{count} try</source><translation>{count} essai</translation></message>
    <message><source>{count} tries</source><translation>{count} essais</translation></message>
    <message><source>Next try in {time}</source><translation>Prochain essai dans {time}</translation></message>
    <message><source>Waits until {time}</source><translation>Attend jusqu’à {time}</translation></message>
    <message><source>Files that are not sent</source><translation>Fichiers qui ne sont pas envoyés</translation></message>
    <message><source>not DICOM, or not readable</source><translation>pas DICOM, ou pas lisible</translation></message>
</context>
<context>
    <name>senders</name>
    <message><source>{title} at {address}</source><translation>{title} à {address}</translation></message>
    <message><source>no AE title</source><translation>pas de titre AE</translation></message>
    <message><source>From {sender}.</source><translation>De {sender}.</translation></message>
    <message><source>others: {count}</source><translation>autres : {count}</translation></message>
    <message><source>From {senders}.</source><translation>De {senders}.</translation></message>
</context>
<context>
    <name>settings</name>
    <message><source>General</source><translation>Général</translation></message>
    <message><source>Folder of this profile</source><translation>Dossier de ce profil</translation></message>
    <message><source>Open the folder</source><translation>Ouvrir le dossier</translation></message>
    <message><source>Listen, where that was begun by hand before</source><translation>Écouter, là où cela a déjà été commencé à la main</translation></message>
    <message><source>Go on with what waits to be sent</source><translation>Continuer avec ce qui attend d’être envoyé</translation></message>
    <message><source>Icon in the tray, where there is one</source><translation>Icône dans la zone de notification, s’il y en a une</translation></message>
    <message><source>Closing the window leaves the program in the tray</source><translation>Fermer la fenêtre laisse le programme dans la zone de notification</translation></message>
    <message><source>Tell of what has ended while the window is not in front</source><translation>Dire ce qui est fini quand la fenêtre n’est pas devant</translation></message>
    <message><source>Days that history is kept</source><translation>Jours pendant lesquels l’historique est gardé</translation></message>
    <message><source>for ever</source><translation>pour toujours</translation></message>
    <message><source>Profile</source><translation>Profil</translation></message>
    <message><source>At the start</source><translation>Au démarrage</translation></message>
    <message><source>Desktop</source><translation>Bureau</translation></message>
    <message><source>History, days</source><translation>Historique, jours</translation></message>
    <message><source>It is a number of days, or nothing to keep it for ever.</source><translation>C’est un nombre de jours, ou rien pour le garder toujours.</translation></message>
    <message><source>Appearance</source><translation>Apparence</translation></message>
    <message><source>As the system</source><translation>Comme le système</translation></message>
    <message><source>Light</source><translation>Clair</translation></message>
    <message><source>Dark</source><translation>Sombre</translation></message>
    <message><source>As the screen</source><translation>Comme l’écran</translation></message>
    <message><source>Colours</source><translation>Couleurs</translation></message>
    <message><source>Language</source><translation>Langue</translation></message>
    <message><source>Size</source><translation>Taille</translation></message>
    <message><source>Another language, and another size, hold when the program starts again.</source><translation>Une autre langue et une autre taille valent au prochain démarrage du programme.</translation></message>
    <message><source>Network</source><translation>Réseau</translation></message>
    <message><source>Own AE title when calling</source><translation>Titre AE propre pour appeler</translation></message>
    <message><source>Own AE title when listening</source><translation>Titre AE propre pour écouter</translation></message>
    <message><source>Port to listen on</source><translation>Port d’écoute</translation></message>
    <message><source>Port of new peers</source><translation>Port des nouveaux pairs</translation></message>
    <message><source>Seconds to connect</source><translation>Secondes pour connecter</translation></message>
    <message><source>Seconds for an association</source><translation>Secondes pour une association</translation></message>
    <message><source>Seconds for a message</source><translation>Secondes pour un message</translation></message>
    <message><source>Seconds without progress</source><translation>Secondes sans progrès</translation></message>
    <message><source>no limit</source><translation>pas de limite</translation></message>
    <message><source>Calls as</source><translation>Appelle comme</translation></message>
    <message><source>Listens as</source><translation>Écoute comme</translation></message>
    <message><source>Port</source><translation>Port</translation></message>
    <message><source>This machine</source><translation>Cette machine</translation></message>
    <message><source>New peers begin with</source><translation>Les nouveaux pairs commencent avec</translation></message>
    <message><source>Storage</source><translation>Stockage</translation></message>
    <message><source>Folder for what is received</source><translation>Dossier de réception</translation></message>
    <message><source>Choose the folder</source><translation>Choisir le dossier</translation></message>
    <message><source>Folder</source><translation>Dossier</translation></message>
    <message><source>Where the listener is at work, this holds when it is started the next time.</source><translation>Là où l’écoute est en cours, ceci vaut à son prochain démarrage.</translation></message>
    <message><source>Log and privacy</source><translation>Journal et vie privée</translation></message>
    <message><source>Everything</source><translation>Tout</translation></message>
    <message><source>Information</source><translation>Informations</translation></message>
    <message><source>Warnings</source><translation>Avertissements</translation></message>
    <message><source>Errors</source><translation>Erreurs</translation></message>
    <message><source>Keep it in files, 2 MB at most</source><translation>Le garder dans des fichiers, 2 Mo au plus</translation></message>
    <message><source>Show names of patients in messages of associations</source><translation>Montrer les noms de patients dans les messages des associations</translation></message>
    <message><source>Log</source><translation>Journal</translation></message>
    <message><source>Privacy</source><translation>Vie privée</translation></message>
    <message><source>The log and its files never have names of patients, passwords or paths of instances.</source><translation>Le journal et ses fichiers n’ont jamais de noms de patients, de mots de passe ni de chemins d’instances.</translation></message>
    <message><source>Seconds are a number such as 30, or nothing for no limit.</source><translation>Les secondes sont un nombre comme 30, ou rien pour aucune limite.</translation></message>
</context>
<context>
    <name>states</name>
    <message><source>Waiting</source><translation>En attente</translation></message>
    <message><source>Ready</source><translation>Prêt</translation></message>
    <message><source>Paused</source><translation>En pause</translation></message>
    <message><source>Tried again</source><translation>Nouvel essai</translation></message>
    <message><source>Cancelled</source><translation>Annulé</translation></message>
    <message><source>Sending</source><translation>En envoi</translation></message>
    <message><source>Receiving</source><translation>En réception</translation></message>
    <message><source>Quiet</source><translation>Calme</translation></message>
    <message><source>Stored</source><translation>Enregistré</translation></message>
    <message><source>Warning</source><translation>Avertissement</translation></message>
    <message><source>Refused</source><translation>Refusé</translation></message>
    <message><source>Failed</source><translation>Échoué</translation></message>
    <message><source>Not sent</source><translation>Non envoyé</translation></message>
    <message><source>Skipped</source><translation>Ignoré</translation></message>
</context>
<context>
    <name>study_words</name>
    <message><source>No patient name</source><translation>Pas de nom de patient</translation></message>
    <message><source>Series without description</source><translation>Série sans description</translation></message>
</context>
<context>
    <name>tls_entry</name>
    <message><source>TLS 1.2 and 1.3, BCP 195 of 2022 (RFC 8996, 9325)</source><translation>TLS 1.2 et 1.3, BCP 195 de 2022 (RFC 8996, 9325)</translation></message>
    <message><source>TLS 1.2 and 1.3, BCP 195 of 2022, modified</source><translation>TLS 1.2 et 1.3, BCP 195 de 2022, modifié</translation></message>
    <message><source>TLS 1.2 and 1.3, BCP 195, non-downgrading</source><translation>TLS 1.2 et 1.3, BCP 195, sans repli</translation></message>
    <message><source>TLS 1.2, BCP 195, extended</source><translation>TLS 1.2, BCP 195, étendu</translation></message>
    <message><source>TLS 1.0 to 1.3, BCP 195, for old peers</source><translation>TLS 1.0 à 1.3, BCP 195, pour vieux pairs</translation></message>
    <message><source>AES, retired</source><translation>AES, retiré</translation></message>
    <message><source>3DES, retired</source><translation>3DES, retiré</translation></message>
    <message><source>No encryption, retired</source><translation>Pas de chiffrement, retiré</translation></message>
    <message><source>Required, from a trusted authority</source><translation>Exigé, d’une autorité de confiance</translation></message>
    <message><source>Checked where one is presented</source><translation>Vérifié s’il est présenté</translation></message>
    <message><source>Not asked for</source><translation>Non demandé</translation></message>
    <message><source>Must come from a trusted authority</source><translation>Doit venir d’une autorité de confiance</translation></message>
    <message><source>Not checked: anybody can pose as the peer</source><translation>Non vérifié : n’importe qui peut se faire passer pour le pair</translation></message>
</context>
<context>
    <name>tray</name>
    <message><source>listening as {name}</source><translation>écoute comme {name}</translation></message>
    <message><source>sending, {count} left</source><translation>envoie, reste {count}</translation></message>
</context>
<context>
    <name>when_done</name>
    <message><source>&amp;When everything is sent</source><translation>Quand tout est envoyé</translation></message>
    <message><source>Do &amp;nothing</source><translation>Ne rien faire</translation></message>
    <message><source>Show a n&amp;otification</source><translation>Montrer une notification</translation></message>
    <message><source>&amp;Quit dicomdesk</source><translation>Quitter dicomdesk</translation></message>
</context>
<context>
    <name>window_commands</name>
    <message><source>&amp;Quit</source><translation>Quitter</translation></message>
    <message><source>L&amp;og</source><translation>Journal</translation></message>
    <message><source>Open the &amp;folder of the log</source><translation>Ouvrir le dossier du journal</translation></message>
    <message><source>&amp;Full screen</source><translation>Plein écran</translation></message>
    <message><source>&amp;Problems…</source><translation>Problèmes…</translation></message>
    <message><source>&amp;Settings…</source><translation>Réglages…</translation></message>
    <message><source>&amp;Keys…</source><translation>Touches…</translation></message>
    <message><source>&amp;Help</source><translation>Aide</translation></message>
    <message><source>Support &amp;bundle…</source><translation>Dossier d’assistance…</translation></message>
    <message><source>&amp;About dicomdesk</source><translation>À propos de dicomdesk</translation></message>
</context>
<context>
    <name>wording</name>
    <message><source>{count} instance</source><translation>{count} instance</translation></message>
    <message><source>{count} instances</source><translation>{count} instances</translation></message>
    <message><source>We</source><translation>Nous</translation></message>
    <message><source>The peer</source><translation>Le pair</translation></message>
    <message><source>Instances go as {syntax}.</source><translation>Les instances vont en {syntax}.</translation></message>
    <message><source>{who} accepted {name} as {syntax}, which was not proposed: it cannot be used.</source><translation>{who} : {name} accepté en {syntax}, qui n’était pas proposé : cela ne peut pas servir.</translation></message>
    <message><source>{who} chose not to take {name} on this association.</source><translation>{who} : {name} non voulu sur cette association.</translation></message>
    <message><source>{who} did not take {name} and gave no reason.</source><translation>{who} : {name} non pris, sans raison donnée.</translation></message>
    <message><source>{who} cannot take {name} at all.</source><translation>{who} : {name} impossible.</translation></message>
    <message><source>{who} can take {name}, but not as {proposed}.</source><translation>{who} : {name} possible, mais pas en {proposed}.</translation></message>
    <message><source>{who} do not take {name}: our acceptance rules leave it out.</source><translation>{who} : {name} non pris : nos règles l’omettent.</translation></message>
    <message><source>{who} do not take {name}: not in our acceptance rules.</source><translation>{who} : {name} non pris : pas dans nos règles.</translation></message>
    <message><source>Accepted</source><translation>Accepté</translation></message>
    <message><source>Encoding not proposed</source><translation>Encodage non proposé</translation></message>
    <message><source>Rejected by choice</source><translation>Refusé par choix</translation></message>
    <message><source>Rejected, no reason</source><translation>Refusé, sans raison</translation></message>
    <message><source>SOP class not taken</source><translation>Classe SOP non prise</translation></message>
    <message><source>Encoding not taken</source><translation>Encodage non pris</translation></message>
</context>
</TS>
