"""Storage SOP classes with their symbolic names and prefixes, and names of other UIDs (PS3.4 B.5, PS3.6 annex A)."""

from typing import NamedTuple

from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax, find_transfer_syntax_by_symbol
from dicomdesk.dicom.uids import is_valid_uid

VERIFICATION = "1.2.840.10008.1.1"
MEDIA_STORAGE_DIRECTORY = "1.2.840.10008.1.3.10"

_STANDARD_ROOT = "1.2.840.10008"
_STORAGE_ROOT = "1.2.840.10008.5.1.4.1.1"


class SopClass(NamedTuple):
    """One storage SOP class."""

    uid: str
    symbol: str
    """As written in configuration files and reports (case sensitive)."""
    prefix: str
    """Short form for file names and progress lines; "" for those newer than DCMTK 3.6.7."""
    is_patient_related: bool = True
    """False for what belongs to no patient, such as hanging protocols and colour palettes."""
    known_to_dcmtk: bool = True
    """False for those that are newer than DCMTK 3.6.7."""
    is_retrieved: bool = False
    """Whether it is one of the 120 that DCMTK's getscu proposes, and its dcmqrscp for a C-MOVE."""


# UID, symbol, prefix; N marks what belongs to no patient, L what DCMTK's tools propose when they retrieve.
_STORAGE = """
1.2.840.10008.5.1.4.1.1.88.71 AcquisitionContextSRStorage SRa
1.2.840.10008.5.1.4.1.1.11.8 AdvancedBlendingPresentationStateStorage PSa
1.2.840.10008.5.1.4.1.1.9.1.3 AmbulatoryECGWaveformStorage ECA L
1.2.840.10008.5.1.4.1.1.9.5.1 ArterialPulseWaveformStorage WVa L
1.2.840.10008.5.1.4.1.1.78.2 AutorefractionMeasurementsStorage OPa L
1.2.840.10008.5.1.4.1.1.131 BasicStructuredDisplayStorage SD L
1.2.840.10008.5.1.4.1.1.88.11 BasicTextSRStorage SRt L
1.2.840.10008.5.1.4.1.1.9.4.1 BasicVoiceAudioWaveformStorage AUV L
1.2.840.10008.5.1.4.1.1.11.4 BlendingSoftcopyPresentationStateStorage PSb L
1.2.840.10008.5.1.4.1.1.9.8.1 BodyPositionWaveformStorage WVb
1.2.840.10008.5.1.4.1.1.13.1.4 BreastProjectionXRayImageStorageForPresentation BX
1.2.840.10008.5.1.4.1.1.13.1.5 BreastProjectionXRayImageStorageForProcessing BP
1.2.840.10008.5.1.4.1.1.13.1.3 BreastTomosynthesisImageStorage BT L
1.2.840.10008.5.1.4.1.1.9.3.1 CardiacElectrophysiologyWaveformStorage WVc L
1.2.840.10008.5.1.4.1.1.481.19 CArmPhotonElectronRadiationRecordStorage RRc
1.2.840.10008.5.1.4.1.1.481.13 CArmPhotonElectronRadiationStorage Rca
1.2.840.10008.5.1.4.1.1.88.65 ChestCADSRStorage SRh L
1.2.840.10008.5.1.4.1.1.88.69 ColonCADSRStorage SRo L
1.2.840.10008.5.1.4.39.1 ColorPaletteStorage CP N
1.2.840.10008.5.1.4.1.1.11.2 ColorSoftcopyPresentationStateStorage PSc L
1.2.840.10008.5.1.4.1.1.11.7 CompositingPlanarMPRVolumetricPresentationStateStorage VPc
1.2.840.10008.5.1.4.1.1.88.34 Comprehensive3DSRStorage SR3 L
1.2.840.10008.5.1.4.1.1.88.33 ComprehensiveSRStorage SRc L
1.2.840.10008.5.1.4.1.1.1 ComputedRadiographyImageStorage CR L
1.2.840.10008.5.1.4.1.1.90.1 ContentAssessmentResultsStorage AS
1.2.840.10008.5.1.4.1.1.82.1 CornealTopographyMapStorage CM
1.2.840.10008.5.1.4.1.1.200.1 CTDefinedProcedureProtocolStorage PPcd N
1.2.840.10008.5.1.4.1.1.2 CTImageStorage CT L
1.2.840.10008.5.1.4.1.1.200.2 CTPerformedProcedureProtocolStorage PPcp
1.2.840.10008.5.1.4.1.1.66.3 DeformableSpatialRegistrationStorage RGd L
1.2.840.10008.5.1.4.1.1.77.1.7 DermoscopicPhotographyImageStorage VLd
1.2.840.10008.5.1.4.1.1.1.3 DigitalIntraOralXRayImageStorageForPresentation DXo L
1.2.840.10008.5.1.4.1.1.1.3.1 DigitalIntraOralXRayImageStorageForProcessing DPo L
1.2.840.10008.5.1.4.1.1.1.2 DigitalMammographyXRayImageStorageForPresentation DXm L
1.2.840.10008.5.1.4.1.1.1.2.1 DigitalMammographyXRayImageStorageForProcessing DPm L
1.2.840.10008.5.1.4.1.1.1.1 DigitalXRayImageStorageForPresentation DX L
1.2.840.10008.5.1.4.1.1.1.1.1 DigitalXRayImageStorageForProcessing DP L
1.2.840.10008.5.1.4.1.1.9.7.2 ElectromyogramWaveformStorage EMG
1.2.840.10008.5.1.4.1.1.9.7.3 ElectrooculogramWaveformStorage EOG
1.2.840.10008.5.1.4.1.1.104.2 EncapsulatedCDAStorage CDA L
1.2.840.10008.5.1.4.1.1.104.5 EncapsulatedMTLStorage MTL
1.2.840.10008.5.1.4.1.1.104.4 EncapsulatedOBJStorage OBJ
1.2.840.10008.5.1.4.1.1.104.1 EncapsulatedPDFStorage PDF L
1.2.840.10008.5.1.4.1.1.104.3 EncapsulatedSTLStorage STL
1.2.840.10008.5.1.4.1.1.2.1 EnhancedCTImageStorage CTe L
1.2.840.10008.5.1.4.1.1.4.3 EnhancedMRColorImageStorage MRc L
1.2.840.10008.5.1.4.1.1.4.1 EnhancedMRImageStorage MRe L
1.2.840.10008.5.1.4.1.1.130 EnhancedPETImageStorage PIe L
1.2.840.10008.5.1.4.1.1.88.22 EnhancedSRStorage SRe L
1.2.840.10008.5.1.4.1.1.6.2 EnhancedUSVolumeStorage USe L
1.2.840.10008.5.1.4.1.1.12.1.1 EnhancedXAImageStorage XAe L
1.2.840.10008.5.1.4.1.1.88.76 EnhancedXRayRadiationDoseSRStorage SRde
1.2.840.10008.5.1.4.1.1.12.2.1 EnhancedXRFImageStorage RFe L
1.2.840.10008.5.1.4.1.1.88.35 ExtensibleSRStorage SRx
1.2.840.10008.5.1.4.1.1.9.4.2 GeneralAudioWaveformStorage AUG L
1.2.840.10008.5.1.4.1.1.9.1.2 GeneralECGWaveformStorage ECG L
1.2.840.10008.5.1.4.43.1 GenericImplantTemplateStorage IT N
1.2.840.10008.5.1.4.1.1.11.6 GrayscalePlanarMPRVolumetricPresentationStateStorage VPg
1.2.840.10008.5.1.4.1.1.11.1 GrayscaleSoftcopyPresentationStateStorage PSg L
1.2.840.10008.5.1.4.38.1 HangingProtocolStorage HP N
1.2.840.10008.5.1.4.1.1.9.2.1 HemodynamicWaveformStorage WVh L
1.2.840.10008.5.1.4.44.1 ImplantAssemblyTemplateStorage ITa N
1.2.840.10008.5.1.4.1.1.88.70 ImplantationPlanSRDocumentStorage SRi L
1.2.840.10008.5.1.4.45.1 ImplantTemplateGroupStorage ITg N
1.2.840.10008.5.1.4.1.1.78.8 IntraocularLensCalculationsStorage OPc L
1.2.840.10008.5.1.4.1.1.14.1 IntravascularOpticalCoherenceTomographyImageStorageForPresentation OCt L
1.2.840.10008.5.1.4.1.1.14.2 IntravascularOpticalCoherenceTomographyImageStorageForProcessing OCp L
1.2.840.10008.5.1.4.1.1.78.3 KeratometryMeasurementsStorage OPk L
1.2.840.10008.5.1.4.1.1.88.59 KeyObjectSelectionDocumentStorage KO L
1.2.840.10008.5.1.4.1.1.2.2 LegacyConvertedEnhancedCTImageStorage CTl L
1.2.840.10008.5.1.4.1.1.4.4 LegacyConvertedEnhancedMRImageStorage MRl L
1.2.840.10008.5.1.4.1.1.128.1 LegacyConvertedEnhancedPETImageStorage PIl L
1.2.840.10008.5.1.4.1.1.78.1 LensometryMeasurementsStorage OPl L
1.2.840.10008.5.1.4.1.1.79.1 MacularGridThicknessAndVolumeReportStorage SRg L
1.2.840.10008.5.1.4.1.1.88.50 MammographyCADSRStorage SRm L
1.2.840.10008.5.1.4.1.1.91.1 MicroscopyBulkSimpleAnnotationsStorage MAs
1.2.840.10008.5.1.4.1.1.4 MRImageStorage MR L
1.2.840.10008.5.1.4.1.1.4.2 MRSpectroscopyStorage MRs L
1.2.840.10008.5.1.4.1.1.9.6.2 MultichannelRespiratoryWaveformStorage WVm
1.2.840.10008.5.1.4.1.1.7.2 MultiframeGrayscaleByteSecondaryCaptureImageStorage SCb L
1.2.840.10008.5.1.4.1.1.7.3 MultiframeGrayscaleWordSecondaryCaptureImageStorage SCw L
1.2.840.10008.5.1.4.1.1.7.1 MultiframeSingleBitSecondaryCaptureImageStorage SCs L
1.2.840.10008.5.1.4.1.1.7.4 MultiframeTrueColorSecondaryCaptureImageStorage SCc L
1.2.840.10008.5.1.4.1.1.11.11 MultipleVolumeRenderingVolumetricPresentationStateStorage VPm
1.2.840.10008.5.1.4.1.1.20 NuclearMedicineImageStorage NM L
1.2.840.10008.5.1.4.1.1.78.7 OphthalmicAxialMeasurementsStorage OPx L
1.2.840.10008.5.1.4.1.1.77.1.5.8 OphthalmicOpticalCoherenceTomographyBscanVolumeAnalysisStorage OCb
1.2.840.10008.5.1.4.1.1.77.1.5.7 OphthalmicOpticalCoherenceTomographyEnFaceImageStorage OCe
1.2.840.10008.5.1.4.1.1.77.1.5.2 OphthalmicPhotography16BitImageStorage OPw L
1.2.840.10008.5.1.4.1.1.77.1.5.1 OphthalmicPhotography8BitImageStorage OPb L
1.2.840.10008.5.1.4.1.1.81.1 OphthalmicThicknessMapStorage OPm L
1.2.840.10008.5.1.4.1.1.77.1.5.4 OphthalmicTomographyImageStorage OPt L
1.2.840.10008.5.1.4.1.1.80.1 OphthalmicVisualFieldStaticPerimetryMeasurementsStorage OPp L
1.2.840.10008.5.1.4.1.1.30 ParametricMapStorage PM
1.2.840.10008.5.1.4.1.1.88.73 PatientRadiationDoseSRStorage SRq
1.2.840.10008.5.1.4.1.1.88.75 PerformedImagingAgentAdministrationSRStorage SRi
1.2.840.10008.5.1.4.1.1.88.74 PlannedImagingAgentAdministrationSRStorage SRj
1.2.840.10008.5.1.4.1.1.128 PositronEmissionTomographyImageStorage PI L
1.2.840.10008.5.1.4.1.1.88.40 ProcedureLogStorage SRp L
1.2.840.10008.5.1.4.1.1.200.3 ProtocolApprovalStorage PA N
1.2.840.10008.5.1.4.1.1.11.3 PseudoColorSoftcopyPresentationStateStorage PSp L
1.2.840.10008.5.1.4.1.1.88.68 RadiopharmaceuticalRadiationDoseSRStorage SRr
1.2.840.10008.5.1.4.1.1.66 RawDataStorage RAW L
1.2.840.10008.5.1.4.1.1.67 RealWorldValueMappingStorage RWM L
1.2.840.10008.5.1.4.1.1.9.6.1 RespiratoryWaveformStorage WVr L
1.2.840.10008.5.1.4.1.1.481.15 RoboticArmRadiationStorage Rra
1.2.840.10008.5.1.4.1.1.481.20 RoboticRadiationRecordStorage RRr
1.2.840.10008.5.1.4.1.1.9.7.1 RoutineScalpElectroencephalogramWaveformStorage EEG
1.2.840.10008.5.1.4.34.7 RTBeamsDeliveryInstructionStorage RTd L
1.2.840.10008.5.1.4.1.1.481.4 RTBeamsTreatmentRecordStorage RTb L
1.2.840.10008.5.1.4.34.10 RTBrachyApplicationSetupDeliveryInstructionStorage RTa
1.2.840.10008.5.1.4.1.1.481.6 RTBrachyTreatmentRecordStorage RTr L
1.2.840.10008.5.1.4.1.1.481.2 RTDoseStorage RD L
1.2.840.10008.5.1.4.1.1.481.1 RTImageStorage RI L
1.2.840.10008.5.1.4.1.1.481.9 RTIonBeamsTreatmentRecordStorage RTi L
1.2.840.10008.5.1.4.1.1.481.8 RTIonPlanStorage RPi L
1.2.840.10008.5.1.4.1.1.481.5 RTPlanStorage RP L
1.2.840.10008.5.1.4.1.1.481.10 RTPhysicianIntentStorage RIp
1.2.840.10008.5.1.4.1.1.481.16 RTRadiationRecordSetStorage RSr
1.2.840.10008.5.1.4.1.1.481.17 RTRadiationSalvageRecordStorage RRs
1.2.840.10008.5.1.4.1.1.481.21 RTRadiationSetDeliveryInstructionStorage RSd
1.2.840.10008.5.1.4.1.1.481.12 RTRadiationSetStorage RSe
1.2.840.10008.5.1.4.1.1.481.11 RTSegmentAnnotationStorage RAs
1.2.840.10008.5.1.4.1.1.481.3 RTStructureSetStorage RS L
1.2.840.10008.5.1.4.1.1.481.22 RTTreatmentPreparationStorage RTp
1.2.840.10008.5.1.4.1.1.481.7 RTTreatmentSummaryRecordStorage RTs L
1.2.840.10008.5.1.4.1.1.7 SecondaryCaptureImageStorage SC L
1.2.840.10008.5.1.4.1.1.66.4 SegmentationStorage SG L
1.2.840.10008.5.1.4.1.1.11.10 SegmentedVolumeRenderingVolumetricPresentationStateStorage VPs
1.2.840.10008.5.1.4.1.1.88.72 SimplifiedAdultEchoSRStorage SRu
1.2.840.10008.5.1.4.1.1.9.7.4 SleepElectroencephalogramWaveformStorage WVs
1.2.840.10008.5.1.4.1.1.66.2 SpatialFiducialsStorage FID L
1.2.840.10008.5.1.4.1.1.66.1 SpatialRegistrationStorage RGs L
1.2.840.10008.5.1.4.1.1.78.6 SpectaclePrescriptionReportStorage SRs L
1.2.840.10008.5.1.4.1.1.77.1.5.3 StereometricRelationshipStorage OPr L
1.2.840.10008.5.1.4.1.1.78.4 SubjectiveRefractionMeasurementsStorage OPs L
1.2.840.10008.5.1.4.1.1.68.1 SurfaceScanMeshStorage SSm L
1.2.840.10008.5.1.4.1.1.68.2 SurfaceScanPointCloudStorage SSp L
1.2.840.10008.5.1.4.1.1.66.5 SurfaceSegmentationStorage SGs L
1.2.840.10008.5.1.4.1.1.481.18 TomotherapeuticRadiationRecordStorage RRt
1.2.840.10008.5.1.4.1.1.481.14 TomotherapeuticRadiationStorage Rto
1.2.840.10008.5.1.4.1.1.66.6 TractographyResultsStorage TR
1.2.840.10008.5.1.4.1.1.9.1.1 TwelveLeadECGWaveformStorage TLE L
1.2.840.10008.5.1.4.1.1.6.1 UltrasoundImageStorage US L
1.2.840.10008.5.1.4.1.1.3.1 UltrasoundMultiframeImageStorage USm L
1.2.840.10008.5.1.4.1.1.77.1.1.1 VideoEndoscopicImageStorage VVe L
1.2.840.10008.5.1.4.1.1.77.1.2.1 VideoMicroscopicImageStorage VVm L
1.2.840.10008.5.1.4.1.1.77.1.4.1 VideoPhotographicImageStorage VVp L
1.2.840.10008.5.1.4.1.1.78.5 VisualAcuityMeasurementsStorage OPv L
1.2.840.10008.5.1.4.1.1.77.1.1 VLEndoscopicImageStorage VLe L
1.2.840.10008.5.1.4.1.1.77.1.2 VLMicroscopicImageStorage VLm L
1.2.840.10008.5.1.4.1.1.77.1.4 VLPhotographicImageStorage VLp L
1.2.840.10008.5.1.4.1.1.77.1.3 VLSlideCoordinatesMicroscopicImageStorage VLs L
1.2.840.10008.5.1.4.1.1.77.1.6 VLWholeSlideMicroscopyImageStorage VLw L
1.2.840.10008.5.1.4.1.1.11.9 VolumeRenderingVolumetricPresentationStateStorage VPv
1.2.840.10008.5.1.4.1.1.77.1.5.5 WideFieldOphthalmicPhotographyStereographicProjectionImageStorage OWs
1.2.840.10008.5.1.4.1.1.77.1.5.6 WideFieldOphthalmicPhotography3DCoordinatesImageStorage OW3
1.2.840.10008.5.1.4.1.1.200.7 XADefinedProcedureProtocolStorage PPxd N
1.2.840.10008.5.1.4.1.1.200.8 XAPerformedProcedureProtocolStorage PPxp
1.2.840.10008.5.1.4.1.1.11.5 XAXRFGrayscaleSoftcopyPresentationStateStorage PSx L
1.2.840.10008.5.1.4.1.1.13.1.1 XRay3DAngiographicImageStorage XA3 L
1.2.840.10008.5.1.4.1.1.13.1.2 XRay3DCraniofacialImageStorage XC3 L
1.2.840.10008.5.1.4.1.1.12.1 XRayAngiographicImageStorage XA L
1.2.840.10008.5.1.4.1.1.88.67 XRayRadiationDoseSRStorage SRd L
1.2.840.10008.5.1.4.1.1.12.2 XRayRadiofluoroscopicImageStorage RF L
1.2.840.10008.5.1.1.30 RETIRED_HardcopyColorImageStorage HC L
1.2.840.10008.5.1.1.29 RETIRED_HardcopyGrayscaleImageStorage HG L
1.2.840.10008.5.1.4.1.1.5 RETIRED_NuclearMedicineImageStorage NMr L
1.2.840.10008.5.1.4.1.1.9 RETIRED_StandaloneCurveStorage CV L
1.2.840.10008.5.1.4.1.1.10 RETIRED_StandaloneModalityLUTStorage ML L
1.2.840.10008.5.1.4.1.1.8 RETIRED_StandaloneOverlayStorage OV L
1.2.840.10008.5.1.4.1.1.129 RETIRED_StandalonePETCurveStorage PC L
1.2.840.10008.5.1.4.1.1.11 RETIRED_StandaloneVOILUTStorage VO L
1.2.840.10008.5.1.1.27 RETIRED_StoredPrintStorage SP L
1.2.840.10008.5.1.4.1.1.6 RETIRED_UltrasoundImageStorage USr L
1.2.840.10008.5.1.4.1.1.3 RETIRED_UltrasoundMultiframeImageStorage USf L
1.2.840.10008.5.1.4.1.1.77.1 RETIRED_VLImageStorage VLr L
1.2.840.10008.5.1.4.1.1.77.2 RETIRED_VLMultiframeImageStorage VMr L
1.2.840.10008.5.1.4.1.1.12.3 RETIRED_XRayAngiographicBiPlaneImageStorage XB L
1.2.840.10008.5.1.4.34.1 DRAFT_RTBeamsDeliveryInstructionStorage RB_d
1.2.840.10008.5.1.4.1.1.88.2 DRAFT_SRAudioStorage SR_a
1.2.840.10008.5.1.4.1.1.88.4 DRAFT_SRComprehensiveStorage SR_c
1.2.840.10008.5.1.4.1.1.88.3 DRAFT_SRDetailStorage SR_d
1.2.840.10008.5.1.4.1.1.88.1 DRAFT_SRTextStorage SR_t
1.2.840.10008.5.1.4.1.1.9.1 DRAFT_WaveformStorage WV_d
1.2.840.10008.5.1.4.1.1.501.1 DICOS_CTImageStorage CTs
1.2.840.10008.5.1.4.1.1.501.2.1 DICOS_DigitalXRayImageStorageForPresentation DXs
1.2.840.10008.5.1.4.1.1.501.2.2 DICOS_DigitalXRayImageStorageForProcessing DPs
1.2.840.10008.5.1.4.1.1.501.3 DICOS_ThreatDetectionReportStorage TDR
1.2.840.10008.5.1.4.1.1.501.4 DICOS_2DAITStorage AI2
1.2.840.10008.5.1.4.1.1.501.5 DICOS_3DAITStorage AI3
1.2.840.10008.5.1.4.1.1.501.6 DICOS_QuadrupoleResonanceStorage QR
1.2.840.10008.5.1.4.1.1.601.1 DICONDE_EddyCurrentImageStorage EC
1.2.840.10008.5.1.4.1.1.601.2 DICONDE_EddyCurrentMultiframeImageStorage ECm
"""

_NEWER_STORAGE = """
1.2.840.10008.5.1.4.1.1.6.3 PhotoacousticImageStorage
1.2.840.10008.5.1.4.1.1.9.1.4 General32bitECGWaveformStorage
1.2.840.10008.5.1.4.1.1.9.100.1 WaveformPresentationStateStorage
1.2.840.10008.5.1.4.1.1.9.100.2 WaveformAcquisitionPresentationStateStorage
1.2.840.10008.5.1.4.1.1.11.12 VariableModalityLUTSoftcopyPresentationStateStorage
1.2.840.10008.5.1.4.1.1.66.7 LabelMapSegmentationStorage
1.2.840.10008.5.1.4.1.1.66.8 HeightMapSegmentationStorage
1.2.840.10008.5.1.4.1.1.77.1.8 ConfocalMicroscopyImageStorage
1.2.840.10008.5.1.4.1.1.77.1.9 ConfocalMicroscopyTiledPyramidalImageStorage
1.2.840.10008.5.1.4.1.1.88.77 WaveformAnnotationSRStorage
1.2.840.10008.5.1.4.1.1.201.1 InventoryStorage
1.2.840.10008.5.1.4.1.1.481.23 EnhancedRTImageStorage
1.2.840.10008.5.1.4.1.1.481.24 EnhancedContinuousRTImageStorage
1.2.840.10008.5.1.4.1.1.481.25 RTPatientPositionAcquisitionInstructionStorage
"""


def _read_storage() -> list[SopClass]:
    found = []
    for line in _STORAGE.split("\n")[1:-1]:
        uid, symbol, prefix, *marks = line.split(" ")
        is_retrieved = "L" in marks
        found.append(SopClass(uid, symbol, prefix, is_patient_related="N" not in marks, is_retrieved=is_retrieved))
    return found


def _read_newer_storage() -> list[SopClass]:
    found = []
    for line in _NEWER_STORAGE.split("\n")[1:-1]:
        uid, symbol = line.split(" ")
        found.append(SopClass(uid, symbol, "", known_to_dcmtk=False))
    return found


STORAGE_SOP_CLASSES: tuple[SopClass, ...] = tuple(_read_storage())
"""The storage SOP classes that DCMTK 3.6.7 knows, in its order."""

NEWER_STORAGE_SOP_CLASSES: tuple[SopClass, ...] = tuple(_read_newer_storage())
"""Standard storage SOP classes that DCMTK 3.6.7 does not know."""

_BY_UID = {entry.uid: entry for entry in STORAGE_SOP_CLASSES}
_NEWER_BY_UID = {entry.uid: entry for entry in NEWER_STORAGE_SOP_CLASSES}


def find_sop_class(uid: str) -> SopClass | None:
    """Return the storage SOP class with this UID, None when it is not a known one."""
    return _BY_UID.get(uid) or _NEWER_BY_UID.get(uid)


def is_storable(uid: str) -> bool:
    """Return whether instances of this SOP class may be sent by C-STORE, by the UID alone.

    Known storage classes, private classes, and whatever is under the root of the standard's storage classes are.
    """
    if uid in _BY_UID:
        return True
    return is_valid_uid(uid) and (uid.startswith(_STORAGE_ROOT) or not uid.startswith(_STANDARD_ROOT))


def is_unknown_standard_class(uid: str) -> bool:
    """Return whether this is a UID of the standard that nothing is known of; such are not storable."""
    return is_valid_uid(uid) and uid.startswith(_STANDARD_ROOT) and not uid_symbol(uid) and not is_storable(uid)


def file_name_prefix(uid: str) -> str:
    """Return the prefix for file names of instances of this class: "CT"; "UNKNOWN" when unknown."""
    entry = _BY_UID.get(uid)
    return entry.prefix if entry is not None else "UNKNOWN"


def modality_prefix(uid: str) -> str:
    """Return the short form for progress lines: "CT"; "OT" when unknown."""
    entry = _BY_UID.get(uid)
    return entry.prefix if entry is not None else "OT"


def uid_symbol(uid: str) -> str:
    """Return the symbolic name of any UID that DCMTK 3.6.7 has a name for, "" for others."""
    entry = _BY_UID.get(uid)
    if entry is not None:
        return entry.symbol
    syntax = find_transfer_syntax(uid)
    if syntax is not None:
        return syntax.symbol if syntax.known_to_dcmtk else ""
    from dicomdesk.dicom.uid_names import NAMES  # noqa: PLC0415  # seldom needed, and it costs start-up time

    return NAMES.get(uid, "")


def find_uid_by_symbol(symbol: str) -> str | None:
    """Return the UID that has this symbolic name (case sensitive), None when no known one has."""
    for entry in (*STORAGE_SOP_CLASSES, *NEWER_STORAGE_SOP_CLASSES):
        if entry.symbol == symbol:
            return entry.uid
    syntax = find_transfer_syntax_by_symbol(symbol)
    if syntax is not None:
        return syntax.uid
    from dicomdesk.dicom.uid_names import NAMES  # noqa: PLC0415  # seldom needed, and it costs start-up time

    for uid, name in NAMES.items():
        if name == symbol:
            return uid
    return None
